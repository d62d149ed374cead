// SPDX-License-Identifier: MIT
#include <arch/features.hpp>

#include "arch/x86_64/cpu/control_registers.hpp"
#include "arch/x86_64/cpu/features_setup.hpp"

#include <arch/protection_keys.hpp>

#include <cstring>

namespace arch {

namespace {

constinit CpuFeatures features;

struct Cpuid {
    std::uint32_t eax, ebx, ecx, edx;
};

// Answers a leaf beyond the highest with zeros: some CPUs answer with the highest leaf's data
// instead.
Cpuid cpuid(std::uint32_t leaf) {
    const auto ask = [](std::uint32_t which) {
        Cpuid result;
        asm volatile("cpuid"
                     : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
                     : "a"(which), "c"(0));
        return result;
    };
    if (leaf > ask(leaf & 0x8000'0000).eax) return {};
    return ask(leaf);
}

constexpr bool bit(std::uint32_t word, unsigned position) { return (word >> position & 1) != 0; }

} // namespace

const CpuFeatures& cpu_features() { return features; }

void detect_cpu_features() {
    const Cpuid vendor = cpuid(0);
    std::memcpy(&features.vendor[0], &vendor.ebx, 4);
    std::memcpy(&features.vendor[4], &vendor.edx, 4);
    std::memcpy(&features.vendor[8], &vendor.ecx, 4);

    const Cpuid basic = cpuid(1);
    features.machine_check = bit(basic.edx, 7);
    features.global_pages = bit(basic.edx, 13);
    features.pcid = bit(basic.ecx, 17);
    features.x2apic = bit(basic.ecx, 21);
    features.tsc_deadline = bit(basic.ecx, 24);
    features.rdrand = bit(basic.ecx, 30);
    features.hypervisor = bit(basic.ecx, 31);

    const Cpuid structured = cpuid(7);
    features.fsgsbase = bit(structured.ebx, 0);
    features.smep = bit(structured.ebx, 7);
    features.invpcid = bit(structured.ebx, 10);
    features.smap = bit(structured.ebx, 20);
    features.umip = bit(structured.ecx, 2);
    features.pks = bit(structured.ecx, 31);

    const Cpuid extended = cpuid(0x8000'0001);
    features.no_execute = bit(extended.edx, 20);
    features.pages_1g = bit(extended.edx, 26);
    features.invariant_tsc = bit(cpuid(0x8000'0007).edx, 8);
    if (const unsigned bits = cpuid(0x8000'0008).eax & 0xff; bits != 0) features.physical_bits = bits;
}

void enable_cpu_features() {
    write_cr0((read_cr0() | cr0_write_protect | cr0_numeric_error | cr0_monitor_coprocessor) &
              ~(cr0_not_write_through | cr0_cache_disable));
    std::uint64_t cr4 = cr4_physical_address_extension;
    if (features.machine_check) cr4 |= cr4_machine_check;
    if (features.global_pages) cr4 |= cr4_global_pages;
    if (features.umip) cr4 |= cr4_umip;
    if (features.smep) cr4 |= cr4_smep;
    if (features.smap) cr4 |= cr4_smap;
    if (features.pks) cr4 |= cr4_supervisor_keys;
    write_cr4(cr4);
    // Whatever the isolation: where no page has a key this takes nothing away, and no CPU ever runs
    // with the rights that it had at reset, which are all.
    if (features.pks) write_key_rights(deny_all_keys);
}

} // namespace arch
