// SPDX-License-Identifier: MIT
// Now and then a CPU maps a frame for a moment whose owner it has not loaded: to clear it, or to set it up. An attacker
// on another CPU reads, in a tight loop, at every address where such a mapping is or ever was.
#include "kernel/smp/cpus.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "tests/isolation/two_namespaces.hpp"

#include <arch/layout.hpp>
#include <arch/probe.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <format>
#include <span>
#include <vector>

using namespace isolation;

namespace {

constexpr unsigned ends = 30;
constexpr unsigned pages_to_clear = 512;
constexpr std::uint64_t secret = 0x5ec2'e75e'c2e7'5ec2;

/// What the attackers share; in shared memory.
struct Peek {
    std::vector<std::uint64_t> addresses;
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> looks{0}; ///< rounds through the addresses
    std::atomic<std::uint64_t> reads{0}; ///< that did not fault
    std::atomic<std::uint64_t> where{0}; ///< the address of one of them,
    std::atomic<std::uint64_t> what{0};  ///< and what was there
};

/// Where CPU 0 may map something for a moment: its own slots in tables that everybody has, as there once were, and the
/// top-level slot of a CPU's workshop. Each attempt that fails takes a page fault, so these are few.
std::vector<std::uint64_t> addresses_to_try() {
    const std::uint64_t shared = arch::device_base + arch::slot_size / 2;
    return {arch::workshop_base, shared, arch::workshop_base + mm::page_size, shared + mm::page_size};
}

void look(Peek& peek) {
    for (const std::uint64_t address : peek.addresses) {
        std::array<std::byte, sizeof(std::uint64_t)> bytes;
        if (arch::probe_read(mm::VirtAddr{address}, bytes) != bytes.size()) continue;
        peek.where = address;
        peek.what = std::bit_cast<std::uint64_t>(bytes);
        ++peek.reads;
    }
    ++peek.looks;
}

void attack(void* argument) {
    auto& peek = *static_cast<Peek*>(argument);
    while (!peek.stop) look(peek);
}

void wait_until_all_look(const Peek& peek, std::uint64_t attackers) {
    const std::uint64_t before = peek.looks;
    while (peek.looks < before + 2 * attackers) static_cast<void>(kernel::sleep_for(kernel::milliseconds(1)));
}

/// Gives red pages that are cleared when it ends.
bool furnish(kernel::NetNamespace& red) {
    unsigned count = 0;
    const auto ran = kernel::run_inside(red, [&] {
        for (; count < pages_to_clear; ++count) {
            const auto page = red.domain().alloc_block(mm::order_4k, mm::Zero::No, mm::FrameState::Exclusive);
            if (!page) return;
            std::ranges::fill(std::span(reinterpret_cast<std::uint64_t*>(red.domain().frame_ptr(*page)),
                                        mm::page_size / sizeof(std::uint64_t)),
                              secret);
        }
    });
    return ran && count == pages_to_clear;
}

/// Ends red on CPU 0, under the eyes of an attacker in blue on each other CPU.
void end_watched(Peek& peek) {
    TwoNamespaces two;
    REQUIRE(two.ready());
    REQUIRE(furnish(two.red()));
    peek.stop = false;
    std::vector<kernel::TaskRef> attackers;
    for (unsigned cpu = 1; cpu < kernel::smp::online_count(); ++cpu) {
        auto task =
            kernel::spawn_process(&two.blue(), {.name = "peek", .function = &attack, .argument = &peek, .cpu = cpu});
        CHECK(task.has_value());
        if (task) attackers.push_back(std::move(*task));
    }
    wait_until_all_look(peek, attackers.size());
    auto end = kernel::spawn({.name = "end",
                              .function = [](void* both) { static_cast<TwoNamespaces*>(both)->end_red(); },
                              .argument = &two,
                              .cpu = 0});
    CHECK(end.has_value());
    if (end) CHECK(kernel::join(**end).has_value());
    peek.stop = true;
    for (kernel::TaskRef& task : attackers) CHECK(kernel::join(*task).has_value());
}

} // namespace

LACUNA_TEST("isolation.peek", "what a CPU maps for a moment while a namespace ends, no other can read") {
    if (!isolates()) SKIP("nothing is unmapped");
    if (kernel::smp::online_count() < 2) SKIP("needs two CPUs");
    Peek peek{.addresses = addresses_to_try()};
    for (unsigned i = 0; i < ends && peek.reads == 0; ++i) end_watched(peek);
    if (peek.reads != 0) {
        FAIL(std::format("{} reads, one of them at {:#x}: {:#018x}", peek.reads.load(), peek.where.load(),
                         peek.what.load()));
    }
}
