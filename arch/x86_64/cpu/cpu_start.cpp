// SPDX-License-Identifier: MIT
#include <arch/cpu_start.hpp>

#include "arch/x86_64/boot/boot_constants.h"
#include "arch/x86_64/boot/trampoline.hpp"
#include "arch/x86_64/cpu/cpu_tables.hpp"
#include "arch/x86_64/cpu/features_setup.hpp"
#include "arch/x86_64/cpu/interrupt_table.hpp"
#include "arch/x86_64/platform/local_apic.hpp"

#include <arch/clock.hpp>
#include <arch/cpu.hpp>

#include <atomic>

// What ap_entry.S reads, by name, before it has a stack.
extern "C" {
constinit std::atomic<std::uint32_t> ap_state{AP_NONE};
constinit std::uint64_t ap_pgd = 0;
constinit std::uint64_t ap_stack_top = 0;
}

namespace arch {

namespace {

// SDM vol. 3A, 9.4.4.1: 10 ms after the INIT, 200 us between the two start-up messages.
constexpr std::uint64_t after_init_ns = 10'000'000;
constexpr std::uint64_t between_startups_ns = 200'000;
// An emulator with fewer processors than it plays may take its time.
constexpr std::uint64_t patience_ns = 2'000'000'000;

constinit CpuStart starting{};

bool arrives_within(std::uint64_t nanoseconds) {
    const std::uint64_t end = now_ns() + nanoseconds;
    // Ordering: acquire, to see what the CPU did before it took the state.
    while (ap_state.load(std::memory_order_acquire) != AP_ARRIVED) {
        if (now_ns() >= end) return false;
        pause();
    }
    return true;
}

} // namespace

std::size_t fault_stack_bytes() { return sizeof(FaultStacks); }

std::uint32_t this_apic_id() { return local_apic_id(); }

kernel::Result<> start_cpu(const CpuStart& start) {
    const auto page = boot::trampoline_page();
    if (!page) return kernel::fail(kernel::Error::Unsupported);
    starting = start;
    ap_pgd = start.pgd;
    ap_stack_top = start.stack_top;
    cpu_tables(start.number).set_apic_id(start.apic_id);
    // Ordering: release, so that the CPU which takes the state sees what it is given.
    ap_state.store(AP_AWAITED, std::memory_order_release);

    send_init(start.apic_id);
    busy_wait_ns(after_init_ns);
    send_startup(start.apic_id, *page);
    if (!arrives_within(between_startups_ns)) send_startup(start.apic_id, *page);
    if (arrives_within(patience_ns)) return {};
    std::uint32_t awaited = AP_AWAITED;
    if (!ap_state.compare_exchange_strong(awaited, AP_NONE)) return {}; // at the very last moment
    send_init(start.apic_id); // and without a start-up message it stays where it is
    return kernel::fail(kernel::Error::TimedOut);
}

/// What ap_entry.S calls, in the higher half, on the CPU's own stack and the final page tables.
extern "C" [[noreturn]] void ap_main() {
    const CpuStart start = starting;
    cpu_tables(start.number).load(start.number, *static_cast<FaultStacks*>(start.fault_stacks));
    load_interrupt_table();
    enable_cpu_features();
    local_apic_enable();
    start.entry();
    __builtin_trap();
}

} // namespace arch
