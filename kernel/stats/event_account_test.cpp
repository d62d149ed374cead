// SPDX-License-Identifier: MIT
#include "kernel/stats/event_account.hpp"

#include <arch/cpu.hpp>
#include <array>

#include "kernel/test/test.hpp"

using kernel::Event;
using kernel::EventAccount;
using kernel::EventSnapshot;

namespace {

/// Room for an account of every CPU.
struct Storage {
    alignas(64) std::array<std::byte, EventAccount::bytes_for(arch::max_cpus)> bytes;
};

/// What is counted meanwhile goes to the account. Preemption is off, since the CPU would otherwise
/// select the set of the next task.
class CountIn {
public:
    explicit CountIn(const EventAccount& account) : before_(arch::counter_set()) {
        arch::select_counter_set(account.counter_set());
    }
    ~CountIn() { arch::select_counter_set(before_); }
    CountIn(const CountIn&) = delete;
    CountIn& operator=(const CountIn&) = delete;

private:
    arch::PreemptGuard on_this_cpu_;
    std::uint64_t before_;
};

void count_heals(const EventAccount& account, unsigned count) {
    const CountIn in(account);
    for (unsigned i = 0; i < count; ++i) kernel::count(Event::Heals);
}

} // namespace

LACUNA_TEST("stats.account", "a CPU counts for the account that is selected, and the total knows it once") {
    static Storage red_storage, blue_storage;
    EventAccount red, blue;
    red.open(red_storage.bytes);
    blue.open(blue_storage.bytes);
    const EventSnapshot before = kernel::snapshot_events();
    const EventSnapshot kernel_before = kernel::snapshot_kernel_events();
    count_heals(red, 3);
    count_heals(blue, 4);
    kernel::count(Event::BytesCopied, 1500);
    CHECK(red.snapshot()[Event::Heals] == 3);
    CHECK(blue.snapshot()[Event::Heals] == 4);
    CHECK(red.snapshot()[Event::BytesCopied] == 0);
    CHECK(kernel::snapshot_kernel_events().since(kernel_before)[Event::Heals] == 0);
    const EventSnapshot between = kernel::snapshot_events().since(before);
    CHECK(between[Event::Heals] == 7);
    CHECK(between[Event::BytesCopied] == 1500);
}

LACUNA_TEST("stats.account", "what an account counted stays in the total when it closes") {
    static Storage storage;
    const EventSnapshot before = kernel::snapshot_events();
    const EventSnapshot ended_before = kernel::snapshot_ended_events();
    {
        EventAccount red;
        red.open(storage.bytes);
        count_heals(red, 5);
        CHECK(kernel::snapshot_ended_events().since(ended_before)[Event::Heals] == 0);
    }
    CHECK(kernel::snapshot_ended_events().since(ended_before)[Event::Heals] == 5);
    CHECK(kernel::snapshot_events().since(before)[Event::Heals] == 5);
}

LACUNA_TEST("stats.account", "a reset lets every counter begin at zero") {
    static Storage storage;
    EventAccount red;
    red.open(storage.bytes);
    count_heals(red, 5);
    {
        const CountIn in(red);
        kernel::count_maximum(Event::StaleWindowNs, 70);
    }
    CHECK(red.snapshot()[Event::StaleWindowNs] == 70);
    kernel::count(Event::Heals, 9);
    kernel::reset_events();
    CHECK(red.snapshot()[Event::Heals] == 0);
    CHECK(red.snapshot()[Event::StaleWindowNs] == 0);
    CHECK(kernel::snapshot_events()[Event::Heals] == 0);
    count_heals(red, 2);
    CHECK(red.snapshot()[Event::Heals] == 2);
    CHECK(kernel::snapshot_events()[Event::Heals] == 2);
}

LACUNA_TEST("stats.account", "the CPUs' shares add up to the account's sum") {
    static Storage storage;
    EventAccount red;
    red.open(storage.bytes);
    count_heals(red, 6);
    std::uint64_t sum = 0;
    for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu) sum += red.snapshot(cpu)[Event::Heals];
    CHECK(sum == 6);
    CHECK(red.snapshot(arch::max_cpus)[Event::Heals] == 0);
}
