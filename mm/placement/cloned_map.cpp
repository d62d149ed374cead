// SPDX-License-Identifier: MIT
#include "mm/placement/cloned_map.hpp"

namespace mm {

kernel::Result<> ClonedMap::reserve(PhysRange range) {
    // As in DirectMap::remove: count, fetch outside the lock, look again.
    TableReservation spare(parts_.frames, parts_.tables);
    PageCount needed;
    const auto attempt = [&] {
        needed = copy_.tables_missing(range);
        if (needed > spare.size()) return false;
        if (needed > PageCount{}) copy_.grow(range, spare);
        return true;
    };
    while (!parts_.direct_map.locked(attempt)) TRY(spare.grow_to(needed));
    return {};
}

} // namespace mm
