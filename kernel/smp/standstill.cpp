// SPDX-License-Identifier: MIT
#include "kernel/smp/standstill.hpp"

#include "kernel/smp/cpus.hpp"
#include "kernel/sync/mutex.hpp"

#include <arch/cpu.hpp>
#include <arch/ipi.hpp>

#include <bit>

namespace kernel::smp {

namespace {

[[clang::no_destroy]] constinit Mutex one_at_a_time{"standstill"};
// Ordering: both are sequentially consistent, and rarely used. A CPU adds itself to `standing` after
// the last thing it did, and goes on after it has seen itself out of `asked`.
constinit mm::SharedCpuMask asked;
constinit mm::SharedCpuMask standing;

} // namespace

Standstill::Standstill() LACUNA_NO_TSA { // held from here to the destructor
    one_at_a_time.lock();
    arch::preempt_disable();
    others_ = online().without(arch::cpu_id());
    for (uint32_t left = others_.raw(); left != 0; left &= left - 1) {
        const auto cpu = static_cast<unsigned>(std::countr_zero(left));
        asked.add(cpu);
        // It may have preemption off when this comes; its next tick looks again.
        arch::send_ipi(cpu, arch::Ipi::Stop);
    }
    while (standing.load() != others_) spin_once();
}

Standstill::~Standstill() LACUNA_NO_TSA {
    for (uint32_t left = others_.raw(); left != 0; left &= left - 1)
        asked.remove(static_cast<unsigned>(std::countr_zero(left)));
    // Until all have gone on: the next standstill must not take them for standing.
    while (!standing.load().empty()) spin_once();
    arch::preempt_enable();
    one_at_a_time.unlock();
}

void stand_still_if_asked() {
    const unsigned here = arch::cpu_id();
    if (!asked.load().contains(here)) [[likely]]
        return;
    standing.add(here);
    while (asked.load().contains(here)) spin_once();
    standing.remove(here);
}

} // namespace kernel::smp
