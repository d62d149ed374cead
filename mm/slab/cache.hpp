// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mm/slab/geometry.hpp"
#include "mm/slab/magazine.hpp"

namespace mm {

class Memory;

/// What a caller asks of a new cache.
struct CacheSpec {
    std::string_view name;                          ///< unique among caches of its kind; cut to SlabCache::max_name
    std::size_t size;                               ///< of one object, in bytes: 1 .. SlabGeometry::max_object
    std::size_t align = 8;                          ///< a power of two, at most a page
    std::uint32_t magazine = Magazine::max_objects; ///< most objects that a CPU may keep; 0: none
};

/// A named kind of object. This part is immutable and shared: the number under which the
/// frame table knows the cache, and how its objects lie in a slab.
class SlabCache {
public:
    static constexpr std::size_t max_name = 23;

    SlabCache(Memory& memory, const CacheSpec& spec, std::uint32_t number, Poison poison, RedZone red_zone);
    SlabCache(const SlabCache&) = delete;
    SlabCache& operator=(const SlabCache&) = delete;

    Memory& memory() const { return memory_; }
    std::string_view name() const { return {name_.data(), name_length_}; }
    /// Index among the caches of its kind (shared or exclusive); what Frame::cache holds.
    std::uint32_t number() const { return number_; }
    const SlabGeometry& geometry() const { return geometry_; }
    std::size_t object_size() const { return geometry_.size(); }
    /// Objects that each CPU's magazine may hold; 0 while objects are checked, because then every
    /// one must pass through the checks.
    std::uint32_t magazine_capacity() const { return magazine_capacity_; }

private:
    Memory& memory_;
    SlabGeometry geometry_;
    std::uint32_t magazine_capacity_;
    std::uint32_t number_;
    std::uint8_t name_length_;
    std::array<char, max_name + 1> name_{};
};

} // namespace mm
