// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

namespace arch {

/// What CPUID offers, of what the kernel uses or reports. All CPUs of one machine are taken to be
/// alike.
struct CpuFeatures {
    std::array<char, 13> vendor{};
    unsigned physical_bits = 36; ///< the width of a physical address; CR3 bits above must be clear
    bool no_execute = false;     ///< required
    bool global_pages = false;
    bool pages_1g = false;
    bool smep = false; ///< the kernel cannot run users' code
    bool smap = false; ///< the kernel cannot touch users' data by accident
    bool umip = false;
    bool pcid = false;
    bool invpcid = false;
    bool pks = false;
    bool machine_check = false;
    bool fsgsbase = false;
    bool rdrand = false;
    bool x2apic = false;
    bool tsc_deadline = false;
    bool invariant_tsc = false;
    bool hypervisor = false;
};

/// As read once during boot.
const CpuFeatures& cpu_features();

} // namespace arch
