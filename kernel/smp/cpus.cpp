// SPDX-License-Identifier: MIT
#include "kernel/smp/cpus.hpp"

#include "kernel/base/log.hpp"
#include "kernel/sched/on_each_cpu.hpp"
#include "kernel/sched/start.hpp"
#include "kernel/smp/shootdown.hpp"

#include <arch/acpi.hpp>
#include <arch/clock.hpp>
#include <arch/cpu_start.hpp>
#include <arch/ipi.hpp>
#include <arch/pgd.hpp>
#include <arch/tlb.hpp>

#include <algorithm>
#include <bit>
#include <optional>
#include <span>

namespace kernel::smp {

namespace {

constinit mm::SharedCpuMask running{mm::CpuMask::only(0)};
constinit mm::Memory* system_memory = nullptr;

/// Where another CPU leaves the architecture's hands, on its idle task's stack.
void enter_cpu() {
    const unsigned here = arch::cpu_id();
    if (system_memory->tlb().uses_pcids()) arch::enable_pcids();
    system_memory->tlb().set_online(here);
    // What was taken away before this CPU counted as one to be told of it.
    arch::flush_local_global();
    running.add(here);
    run_idle_task();
}

/// What a CPU gets before it starts. If that fails, the next one begins with the same.
struct Preparation {
    unsigned number;
    mm::PhysAddr pgd;
    std::uint64_t stack_top;
    void* fault_stacks;
};

Result<Preparation> prepare(unsigned number, mm::AddressSpaceCache& spaces) {
    const mm::PhysAddr pgd = TRY(spaces.add_cpu(number));
    const std::uint64_t stack_top = TRY(make_idle_task(number));
    void* const fault_stacks = TRY(system_memory->kmalloc_aligned(arch::fault_stack_bytes(), mm::page_size));
    return Preparation{number, pgd, stack_top, fault_stacks};
}

Result<> start(const Preparation& ready, std::uint32_t apic_id) {
    TRY(arch::start_cpu({.number = ready.number,
                         .apic_id = apic_id,
                         .pgd = ready.pgd.raw(),
                         .stack_top = ready.stack_top,
                         .fault_stacks = ready.fault_stacks,
                         .entry = &enter_cpu}));
    // It has come, and nothing that it does from here on can fail.
    while (!online().contains(ready.number)) arch::pause();
    if (!spawn_helpers(ready.number)) panic("not enough memory for a processor's tasks");
    return {};
}

} // namespace

mm::CpuMask online() { return running.load(); }

unsigned online_count() { return static_cast<unsigned>(std::popcount(online().raw())); }

void start_cpus(mm::Memory& memory, mm::AddressSpaceCache& spaces, std::size_t limit) {
    system_memory = &memory;
    shootdown().serve(memory.tlb());
    memory.tlb().set_remote(shootdown());
    memory.set_every_cpu(&try_on_each_cpu);
    set_spin_hook([] { shootdown().answer(); });
    arch::set_ipi_handler(arch::Ipi::Flush, [] { shootdown().answer(); });
    arch::set_ipi_handler(arch::Ipi::Stop, [] {}); // the end of the interrupt does it
    const arch::AcpiInfo& machine = arch::acpi_info();
    const std::uint32_t boot_cpu = arch::this_apic_id();
    const std::size_t most = std::min<std::size_t>(limit, arch::max_cpus);
    unsigned number = 1;
    std::optional<Preparation> ready;
    for (const std::uint32_t apic_id : std::span(machine.cpus).first(machine.cpu_count)) {
        if (apic_id == boot_cpu) continue;
        if (number == most) break;
        if (!ready) {
            const auto prepared = prepare(number, spaces);
            if (!prepared) {
                log::warn("cpu {}: {}; no more processors", number, name(prepared.error()));
                break;
            }
            ready = *prepared;
        }
        if (const auto started = start(*ready, apic_id); !started) {
            log::warn("the processor with APIC {} does not start: {}; going on without it", apic_id,
                      name(started.error()));
            continue;
        }
        ready.reset();
        ++number;
    }
    if (number > 1) log::info("{} processors", number);
}

} // namespace kernel::smp
