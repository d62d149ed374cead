// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "mm/placement/keyed_tree.hpp"
#include "mm/scheme.hpp"

namespace mm {

class DirectMap;

/// A system's way of mapping exclusive memory, and what the domains' placements are made with. Once for each
/// system; outlives its domains.
struct Placements {
    Placements(Scheme scheme, FrameTable frames, Tlb& tlb, TableSource& tables, DirectMap& direct_map);
    Placements(const Placements&) = delete;
    Placements& operator=(const Placements&) = delete;

    /// Hangs what all domains share into the kernel's top-level table. Boot, before any CPU copies that table. Error:
    /// OutOfMemory.
    kernel::Result<> open(KernelMap& kernel);

    const Scheme scheme;
    const FrameTable frames;
    Tlb& tlb;
    TableSource& tables;
    DirectMap& direct_map;
    KeyedTree* keyed = nullptr; ///< with Scheme::Keyed

private:
    std::optional<KeyedTree> keyed_tree_;
};

} // namespace mm
