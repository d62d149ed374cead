// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "mm/addr.hpp"
#include "mm/policies.hpp"

namespace mm {

/// How objects of one cache lie in a slab. Each has a cell of `stride` bytes:
///
///     plain               | object (a free one's link is in its first 2 bytes) | padding |
///     poison or red zone  | guard words | object | guard word | link, state | padding |
///
/// The link is the index of the next free object of the slab. With checks on it stands behind the
/// object, so that all of a free object can carry the poison.
class SlabGeometry {
public:
    static constexpr std::size_t max_object = 8192;
    static constexpr std::size_t min_align = 8;
    static constexpr std::uint16_t no_object = 0xffff; ///< the link of the last free object
    static constexpr std::size_t guard_bytes = 8;      ///< behind an object; before it: its alignment
    static constexpr std::size_t trailer_bytes = 8;    ///< link and state of a checked object

    /// Preconditions: 0 < size <= max_object; align is a power of two up to a page.
    constexpr SlabGeometry(std::size_t size, std::size_t align, Poison poison, RedZone red_zone)
        : size_(static_cast<std::uint32_t>(size)), poison_(poison), red_zone_(red_zone) {
        align = std::max(align, min_align);
        if (checked()) {
            const bool guarded = red_zone == RedZone::Yes;
            object_offset_ = guarded ? static_cast<std::uint32_t>(align) : 0;
            const std::size_t end = object_offset_ + size + (guarded ? guard_bytes : 0);
            link_offset_ = static_cast<std::uint32_t>(round_up(end, 8));
            stride_ = static_cast<std::uint32_t>(round_up(link_offset_ + trailer_bytes, align));
        } else {
            stride_ = static_cast<std::uint32_t>(round_up(size, align));
        }
        order_ = best_order(stride_);
        objects_ = static_cast<std::uint16_t>(order_.bytes() / stride_);
        inverse_ = (std::uint64_t{1} << inverse_shift) / stride_ + 1;
    }

    constexpr std::size_t size() const { return size_; }
    constexpr std::size_t stride() const { return stride_; }
    constexpr Order order() const { return order_; }
    /// Objects in one slab.
    constexpr std::uint16_t objects() const { return objects_; }
    constexpr std::size_t object_offset() const { return object_offset_; }
    constexpr std::size_t link_offset() const { return link_offset_; }
    constexpr Poison poison() const { return poison_; }
    constexpr RedZone red_zone() const { return red_zone_; }
    constexpr bool checked() const { return poison_ == Poison::Yes || red_zone_ == RedZone::Yes; }

    /// The cell that holds the byte at `offset` in the slab; objects() or more in the waste at the
    /// end.
    constexpr std::uint32_t cell_at(std::size_t offset) const {
        return static_cast<std::uint32_t>((offset * inverse_) >> inverse_shift);
    }
    /// The index of the object that starts at `offset` in the slab, if one does.
    constexpr std::optional<std::uint16_t> index_at(std::size_t offset) const {
        const std::uint32_t cell = cell_at(offset);
        if (cell >= objects_ || offset != cell * std::size_t{stride_} + object_offset_) return {};
        return static_cast<std::uint16_t>(cell);
    }
    /// Where the object of that index starts in the slab.
    constexpr std::size_t offset_of(std::uint16_t index) const { return index * std::size_t{stride_} + object_offset_; }

private:
    /// Offsets and strides are below 2^16, so multiplying by 2^32 / stride, rounded up, divides
    /// exactly (Granlund and Montgomery, "Division by Invariant Integers using Multiplication",
    /// 1994).
    static constexpr unsigned inverse_shift = 32;
    static constexpr unsigned max_slab_order = 3;

    static constexpr std::size_t round_up(std::size_t n, std::size_t align) { return (n + align - 1) & ~(align - 1); }

    /// The smallest slab that holds five objects and wastes at most an eighth; else the largest allowed. Five, so
    /// that what each namespace has one or two of takes one page and not two.
    static constexpr Order best_order(std::size_t stride) {
        for (unsigned order = 0; order < max_slab_order; ++order) {
            const std::size_t bytes = Order{order}.bytes();
            if (bytes / stride >= 5 && bytes % stride <= bytes / 8) return Order{order};
        }
        return Order{max_slab_order};
    }

    std::uint64_t inverse_ = 0;
    std::uint32_t size_;
    std::uint32_t stride_ = 0;
    std::uint32_t object_offset_ = 0;
    std::uint32_t link_offset_ = 0;
    std::uint16_t objects_ = 0;
    Order order_;
    Poison poison_;
    RedZone red_zone_;
};

static_assert(SlabGeometry(256, 8, Poison::No, RedZone::No).objects() == 16);
static_assert(SlabGeometry(96, 8, Poison::No, RedZone::No).objects() == 42);
static_assert(SlabGeometry(768, 8, Poison::No, RedZone::No).order() == Order{0});
static_assert(SlabGeometry(2048, 8, Poison::No, RedZone::No).order() == Order{2});
static_assert(SlabGeometry(96, 8, Poison::No, RedZone::No).index_at(96 * 41) == 41);
static_assert(!SlabGeometry(96, 8, Poison::No, RedZone::No).index_at(96 * 41 + 8));
static_assert(SlabGeometry(8, 8, Poison::Yes, RedZone::Yes).stride() == 32);

} // namespace mm
