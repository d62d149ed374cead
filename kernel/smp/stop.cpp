// SPDX-License-Identifier: MIT
#include "kernel/smp/stop.hpp"

#include "kernel/base/console.hpp"
#include "kernel/base/per_cpu.hpp"
#include "kernel/diag/report.hpp"
#include "kernel/sched/task.hpp"
#include "kernel/smp/cpus.hpp"

#include <arch/clock.hpp>
#include <arch/cpu.hpp>
#include <arch/ipi.hpp>
#include <arch/irq.hpp>
#include <arch/trap.hpp>

#include <atomic>

namespace kernel::smp {

namespace {

constexpr unsigned nobody = ~0u;
// A CPU that does not answer an NMI for so long will not.
constexpr uint64_t patience_ns = 300'000'000;

constinit std::atomic<unsigned> panicking{nobody};
constinit mm::SharedCpuMask stopped;

struct StopPlace {
    uint64_t instruction = 0;
    const Task* task = nullptr;
};
constinit PerCpu<StopPlace> places;

[[noreturn]] void stop_here() {
    // Ordering: the place is written before the CPU counts as stopped.
    stopped.add(arch::cpu_id());
    arch::halt_forever();
}

} // namespace

bool claim_panic() {
    const unsigned here = arch::cpu_id();
    unsigned holder = nobody;
    if (!panicking.compare_exchange_strong(holder, here)) {
        if (holder == here) return false;
        stop_here();
    }
    mm::CpuMask others = online().without(here);
    for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu)
        if (others.contains(cpu)) arch::send_stop_nmi(cpu);
    const uint64_t end = arch::now_ns() + patience_ns;
    while ((stopped.load() & others) != others && arch::now_ns() < end) arch::pause();
    return true;
}

void stop_if_panicking(const arch::TrapFrame& nmi) {
    if (panicking.load(std::memory_order_acquire) == nobody) return;
    places.local() = {nmi.rip, scheduler_running() ? &current() : nullptr};
    stop_here();
}

void print_stopped_cpus() {
    for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu) {
        if (cpu == arch::cpu_id() || !online().contains(cpu)) continue;
        const StopPlace& place = places.of(cpu);
        if (!stopped.load().contains(cpu) || place.task == nullptr) {
            print("cpu {} does not say where it is\n", cpu);
            continue;
        }
        print("cpu {} ran task '{}' ({}) at", cpu, place.task->name(), place.task->id());
        diag::print_location(place.instruction);
    }
}

} // namespace kernel::smp
