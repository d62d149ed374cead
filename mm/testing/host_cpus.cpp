// SPDX-License-Identifier: MIT
#include "mm/testing/host_cpus.hpp"

namespace mm::testing {

HostCpus::HostCpus(HostSystem& system, unsigned cpus) : models_(system.boot.tlb) {
    system.boot.tlb.set_remote(*this);
    for (unsigned cpu = 1; cpu < cpus; ++cpu) {
        const auto pgd = system.spaces.add_cpu(cpu);
        if (!pgd) kernel::panic("no memory for a CPU");
        system.machine.tlb().load_cr3(cpu, pgd->raw());
        system.boot.tlb.set_online(cpu);
    }
}

void HostCpus::flush(CpuMask cpus, const FlushRequest& request) {
    const std::lock_guard guard(lock_);
    models_.flush(cpus, request);
}

} // namespace mm::testing
