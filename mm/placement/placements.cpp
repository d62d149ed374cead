// SPDX-License-Identifier: MIT
#include "mm/placement/placements.hpp"

namespace mm {

Placements::Placements(Scheme chosen, FrameTable frame_table, Tlb& its_tlb, TableSource& source, DirectMap& map)
    : scheme(chosen), frames(frame_table), tlb(its_tlb), tables(source), direct_map(map) {
    if (scheme == Scheme::Keyed) keyed = &keyed_tree_.emplace(frames, tables);
}

kernel::Result<> Placements::open(KernelMap& kernel) {
    if (keyed == nullptr) return {};
    return keyed->open(kernel);
}

} // namespace mm
