// SPDX-License-Identifier: MIT
#pragma once

#include <arch/pgd.hpp>

#include "kernel/base/assert.hpp"
#include "mm/policies.hpp"
#include "mm/testing/test_remote_tlb.hpp"

namespace mm::testing {

/// Makes a host machine (TestMemory or HostSystem) one of several CPUs, which all run on the kernel's tables.
/// The test is CPU 0; AsCpu makes it another.
template <class Host>
class ManyCpus {
public:
    ManyCpus(Host& host, unsigned count, Pcid pcid = Pcid::Off) : remote(host.boot.tlb) {
        host.boot.tlb.set_remote(remote);
        if (pcid == Pcid::On) host.boot.tlb.use_pcids();
        for (unsigned cpu = 0; cpu < count; ++cpu) {
            const AsCpu here(cpu);
            if (cpu != 0) start(host, cpu);
            if (pcid == Pcid::On) arch::enable_pcids();
        }
    }

    TestRemoteTlb remote;

private:
    static void start(Host& host, unsigned cpu) {
        const auto pgd = host.spaces.add_cpu(cpu);
        kernel::ensure(pgd.has_value(), "no memory for a CPU");
        arch::load_pgd(pgd->raw());
        host.boot.tlb.set_online(cpu);
    }
};

} // namespace mm::testing
