// SPDX-License-Identifier: MIT
#pragma once

#include <arch/cpu.hpp>

namespace mm::testing {

/// Runs a scope of the calling thread as another CPU.
class [[nodiscard]] AsCpu {
public:
    explicit AsCpu(unsigned cpu) : before_(arch::cpu_id()) { arch::host::set_cpu(cpu); }
    ~AsCpu() { arch::host::set_cpu(before_); }
    AsCpu(const AsCpu&) = delete;
    AsCpu& operator=(const AsCpu&) = delete;

private:
    unsigned before_;
};

} // namespace mm::testing
