// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "mm/audit/audit_report.hpp"
#include "mm/tables/address_space_cache.hpp"

namespace mm {

/// What an audit looks at: everything that may hold a page table.
struct AuditSubject {
    FrameTable frames;
    AddressSpaceCache& spaces;
    const Placements& placements;
    /// Every domain alive, with its window and its image.
    std::span<const SpaceMember> domains;
};

/// Walks every page table and proves, against the frame table, what mm/frame.hpp says of each state:
/// exclusive frames are in their owner's window and nowhere else, windows map nothing foreign, shared
/// mappings are the same everywhere, every hole in the direct map is accounted for, nothing writable is
/// executable, no domain's leaf is global. With placement `clone`, every copy of the direct map is the kernel's map but
/// for its domain's own frames, and no leaf of either is global. With isolation `pks`, the one window maps each
/// exclusive frame once, under its owner's key, no other leaf but the owner's image has a key, and each CPU's rights
/// are those of the address space it has loaded.
///
/// It reads the tables as they are, so nothing may change meanwhile: thread context on the only CPU
/// that runs, with no domain being made or ended. Preemption is off for as long as it takes.
AuditReport audit(const AuditSubject& subject);

} // namespace mm
