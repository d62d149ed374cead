// SPDX-License-Identifier: MIT
#pragma once

#include <bit>

#include "mm/testing/as_cpu.hpp"
#include "mm/tlb/tlb.hpp"

namespace mm::testing {

/// Stands in for inter-processor interrupts: each CPU that is asked runs its handler at once, on the
/// calling thread.
class TestRemoteTlb final : public RemoteTlb {
public:
    explicit TestRemoteTlb(Tlb& tlb) : tlb_(tlb) {}

    void flush(CpuMask cpus, const FlushRequest& request) override {
        ++requests;
        reached = reached | cpus;
        for (std::uint32_t left = cpus.raw(); left != 0; left &= left - 1) {
            ++sent;
            const AsCpu there(static_cast<unsigned>(std::countr_zero(left)));
            tlb_.flush_here(request);
        }
    }

    unsigned requests = 0; ///< rounds
    unsigned sent = 0;     ///< interrupts, one for each CPU in each round
    CpuMask reached;

private:
    Tlb& tlb_;
};

} // namespace mm::testing
