// SPDX-License-Identifier: MIT
#include "kernel/stats/event_account.hpp"

#include <algorithm>
#include <arch/cpu.hpp>
#include <array>

#include "kernel/base/assert.hpp"
#include "kernel/stats/counter_set.hpp"
#include "kernel/sync/spin_locked.hpp"

namespace kernel {

namespace {

/// An account's storage for a CPU: its counters, then what they held at the last reset.
constexpr std::size_t at_reset_offset = arch::counter_slots * sizeof(std::uint64_t);
static_assert(at_reset_offset + event_count * sizeof(std::uint64_t) <= arch::counter_stride);

std::uint64_t* words(std::span<std::byte> storage, std::size_t offset) {
    return reinterpret_cast<std::uint64_t*>(storage.data() + offset);
}

using Slots = std::array<std::uint64_t, event_count>;

} // namespace

/// All accounts, and the counters that belong to none.
class EventLedger {
public:
    void enlist(EventAccount& account) { accounts_.push_back(account); }

    /// Moves what the account holds to those that have ended.
    void delist(EventAccount& account) {
        accounts_.remove(account);
        for (unsigned cpu = 0; cpu < cpus_of(account); ++cpu) ended_[cpu].add(set_of(account, cpu).read());
    }

    EventSnapshot kernel(unsigned cpu) { return kernel_set(cpu).read(); }
    const EventSnapshot& ended(unsigned cpu) const { return ended_[cpu]; }

    /// Everything that `cpu` counted.
    EventSnapshot all_of(unsigned cpu) {
        EventSnapshot sum = kernel(cpu);
        sum.add(ended_[cpu]);
        for (const EventAccount& account : accounts_) {
            if (cpu < cpus_of(account)) sum.add(set_of(account, cpu).read());
        }
        return sum;
    }

    void reset() {
        ended_.fill({});
        for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu) kernel_set(cpu).reset();
        for (const EventAccount& account : accounts_) {
            for (unsigned cpu = 0; cpu < cpus_of(account); ++cpu) set_of(account, cpu).reset();
        }
    }

    static unsigned cpus_of(const EventAccount& account) {
        return static_cast<unsigned>(account.storage_.size() / arch::counter_stride);
    }
    static CounterSet set_of(const EventAccount& account, unsigned cpu) {
        const std::size_t offset = cpu * arch::counter_stride;
        return {words(account.storage_, offset), words(account.storage_, offset + at_reset_offset)};
    }

private:
    CounterSet kernel_set(unsigned cpu) { return {arch::own_counters(cpu), kernel_at_reset_[cpu].data()}; }

    IntrusiveList<EventAccount, &EventAccount::hook_> accounts_;
    std::array<EventSnapshot, arch::max_cpus> ended_{};
    std::array<Slots, arch::max_cpus> kernel_at_reset_{};
};

namespace {

[[clang::no_destroy]] constinit SpinLocked<EventLedger, Rank::EventLedger> ledger;

/// The sum of `one(cpu)` over all CPUs.
template <class One>
EventSnapshot sum_over(unsigned cpus, One&& one) {
    EventSnapshot sum;
    for (unsigned cpu = 0; cpu < cpus; ++cpu) sum.add(one(cpu));
    return sum;
}

} // namespace

void EventAccount::open(std::span<std::byte> storage) {
    ensure(storage_.empty() && storage.size() >= arch::counter_stride, "an account opened twice, or without storage");
    std::ranges::fill(storage, std::byte{0});
    storage_ = storage;
    counter_set_ =
        reinterpret_cast<std::uintptr_t>(storage.data()) - reinterpret_cast<std::uintptr_t>(arch::own_counters(0));
    ledger.with([this](EventLedger& all) { all.enlist(*this); });
}

void EventAccount::close() {
    if (storage_.empty()) return;
    ledger.with([this](EventLedger& all) { all.delist(*this); });
    storage_ = {};
    counter_set_ = 0;
}

EventSnapshot EventAccount::snapshot(unsigned cpu) const {
    return cpu < EventLedger::cpus_of(*this) ? EventLedger::set_of(*this, cpu).read() : EventSnapshot();
}

EventSnapshot EventAccount::snapshot() const {
    return sum_over(EventLedger::cpus_of(*this), [this](unsigned cpu) { return snapshot(cpu); });
}

EventSnapshot snapshot_kernel_events() {
    return ledger.with(
        [](EventLedger& all) { return sum_over(arch::max_cpus, [&all](unsigned cpu) { return all.kernel(cpu); }); });
}

EventSnapshot snapshot_ended_events() {
    return ledger.with(
        [](EventLedger& all) { return sum_over(arch::max_cpus, [&all](unsigned cpu) { return all.ended(cpu); }); });
}

// --- kernel/base/events.hpp ----------------------------------------------------------------------

EventSnapshot snapshot_events() {
    return ledger.with(
        [](EventLedger& all) { return sum_over(arch::max_cpus, [&all](unsigned cpu) { return all.all_of(cpu); }); });
}

EventSnapshot snapshot_events(unsigned cpu) {
    return ledger.with([cpu](EventLedger& all) { return all.all_of(cpu); });
}

void reset_events() {
    ledger.with([](EventLedger& all) { all.reset(); });
}

void count_maximum(Event event, std::uint64_t value) {
    const arch::PreemptGuard on_this_cpu;
    const auto own = reinterpret_cast<std::uintptr_t>(&arch::own_counters(arch::cpu_id())[std::to_underlying(event)]);
    const std::atomic_ref counter(*reinterpret_cast<std::uint64_t*>(own + arch::counter_set()));
    // An interrupt handler may raise it in between, and a reset on another CPU may clear it.
    std::uint64_t seen = counter.load(std::memory_order_relaxed);
    while (seen < value && !counter.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
    }
}

} // namespace kernel
