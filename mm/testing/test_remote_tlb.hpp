// SPDX-License-Identifier: MIT
#pragma once

#include <bit>

#include "arch/host/machine.hpp"
#include "mm/tlb.hpp"

namespace mm::testing {

/// Reaches into the other CPUs' TLB models at once, as an inter-processor interrupt does in its time.
class TestRemoteTlb final : public RemoteTlb {
public:
    explicit TestRemoteTlb(arch::host::TlbModel& model) : model_(model) {}

    void flush(CpuMask cpus, const FlushRequest& request) override {
        ++requests;
        reached = reached | cpus;
        for (std::uint32_t left = cpus.raw(); left != 0; left &= left - 1) {
            flush_one(static_cast<unsigned>(std::countr_zero(left)), request);
        }
    }

    unsigned requests = 0;
    CpuMask reached;

private:
    void flush_one(unsigned cpu, const FlushRequest& request) {
        if (!request.everything) {
            for (const VirtAddr page : request.pages) model_.invalidate(cpu, page.raw());
        } else if (request.scope == TlbScope::Kernel) {
            model_.flush_global(cpu);
        } else {
            model_.load_pgd(cpu, model_.pgd(cpu));
        }
    }

    arch::host::TlbModel& model_;
};

} // namespace mm::testing
