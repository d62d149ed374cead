// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/options/options.hpp"
#include "mm/audit/audit_report.hpp"
#include "mm/boot/boot_memory.hpp"
#include "mm/buddy/buddy_table_source.hpp"
#include "mm/buddy/frame_allocator.hpp"
#include "mm/memory.hpp"
#include "mm/tables/address_space_cache.hpp"

#include <arch/boot_info.hpp>

namespace kernel {

/// Everything of mm that a machine has once, wired together over its RAM. The order of the members is the
/// order of their construction.
class MemorySystem {
public:
    /// Takes over memory: on return the final page tables are loaded and every allocator works. Panics if
    /// there is not enough memory to start. Boot context: one CPU, interrupts off.
    MemorySystem(const arch::BootInfo& info, const Options& options);
    MemorySystem(const MemorySystem&) = delete;
    MemorySystem& operator=(const MemorySystem&) = delete;

private:
    /// Leaves the boot page tables and hands what is left of the RAM to the frame allocator, up to `limit`.
    const mm::KernelMap& enter_final_tables(mm::PageCount limit);

    mm::BootMemory boot_;
    mm::FrameAllocator frames_;
    mm::BuddyTableSource tables_;
    mm::Placements placements_;

public:
    mm::AddressSpaceCache spaces;
    mm::Memory memory;

    /// Proves the page tables right against the frame table (mm/audit/audit.hpp).
    mm::AuditReport audit();
};

/// Makes the one that boots, in static storage: kernel::memory() and kernel::address_spaces(). Boot
/// context, once.
void make_memory(const arch::BootInfo& info, const Options& options);

} // namespace kernel
