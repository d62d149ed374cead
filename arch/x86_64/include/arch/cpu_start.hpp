// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/addr.hpp"

#include <arch/acpi.hpp>

#include <cstddef>
#include <cstdint>

namespace arch {

/// Shared memory that a CPU needs for its fault stacks, aligned to a page.
std::size_t fault_stack_bytes();

/// What another CPU begins with.
struct CpuStart {
    unsigned number;         ///< what cpu_id() will say there
    std::uint32_t apic_id;   ///< as AcpiInfo lists it
    std::uint64_t pgd;       ///< the final page tables; they map all that follows
    std::uint64_t stack_top; ///< shared memory, aligned to 16 bytes
    void* fault_stacks;      ///< fault_stack_bytes() of shared memory, the CPU's for good
    void (*entry)();         ///< called with interrupts off; never returns
};

/// The local APIC number of the CPU that runs this.
std::uint32_t this_apic_id();

/// Wakes an application processor with INIT and two start-up messages, and returns once it is past
/// the point where it could still be held back. It then sets up its tables, features and local APIC as
/// the boot CPU did and calls `entry`. Thread context, one call at a time. Errors: TimedOut if it did
/// not come within about two seconds, in which case it is stopped and what it was given is free again;
/// Unsupported if there is no memory for it to begin in.
kernel::Result<> start_cpu(const CpuStart& start);

} // namespace arch
