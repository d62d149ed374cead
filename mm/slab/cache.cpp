// SPDX-License-Identifier: MIT
#include "mm/slab/cache.hpp"

#include <algorithm>

namespace mm {

SlabCache::SlabCache(Memory& memory, const CacheSpec& spec, std::uint32_t number, Poison poison, RedZone red_zone)
    : memory_(memory), geometry_(spec.size, spec.align, poison, red_zone),
      magazine_capacity_(geometry_.checked() ? 0 : std::min(spec.magazine, Magazine::capacity_for(spec.size))),
      number_(number), name_length_(static_cast<std::uint8_t>(std::min(spec.name.size(), max_name))) {
    std::copy_n(spec.name.data(), name_length_, name_.data());
}

} // namespace mm
