// SPDX-License-Identifier: MIT
#pragma once

#include "mm/frame_table.hpp"
#include "mm/scheme.hpp"
#include "mm/table_source.hpp"
#include "mm/tlb.hpp"

namespace mm {

class DirectMap;

/// A system's way of mapping exclusive memory, and what the domains' placements are made with. Once for each
/// system; outlives its domains.
struct Placements {
    Scheme scheme;
    FrameTable frames;
    Tlb& tlb;
    TableSource& tables;
    DirectMap& direct_map;
};

} // namespace mm
