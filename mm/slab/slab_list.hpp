// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "mm/addr.hpp"
#include "mm/slab/slab_view.hpp"

namespace mm {

/// The slabs of one cache (or of one domain's child of it) that have room, linked through the frame
/// table; full slabs are in no list. All zero is the empty list. The holder's lock protects it.
///
///     in use       listed   when an object comes back
///     n (full)     no       listed again
///     1 .. n-1     yes      -
///     0            yes      kept in reserve, up to max_empty; one beyond that is given back
class SlabList {
public:
    static constexpr std::uint32_t max_empty = 1;

    /// Fills `out` with free objects as far as listed slabs reach; returns how many.
    std::size_t take(const SlabView& view, std::span<void*> out);

    /// Makes a slab of a block of frames and lists it. All its objects are free.
    void add(const SlabView& view, Pfn head);

    /// Takes one object back. Returns a slab for the page allocator, if one is now beyond the
    /// reserve. A bad pointer or a double free is a bug.
    [[nodiscard]] std::optional<Pfn> put(const SlabView& view, void* object);
    /// Takes several back. Slabs for the page allocator go into `surplus`, which has room for as many as there are
    /// objects; returns how many.
    [[nodiscard]] std::size_t put_all(const SlabView& view, std::span<void* const> objects, std::span<Pfn> surplus);

    /// Takes an empty slab, if there is one, off the list for the page allocator.
    [[nodiscard]] std::optional<Pfn> take_empty(const SlabView& view);

    /// All slabs, the full ones too.
    std::uint32_t slabs() const { return slabs_; }

private:
    std::optional<Pfn> put_row(const SlabView& view, std::span<void* const>& objects);
    void link(const SlabView& view, Pfn head);
    void unlink(const SlabView& view, Pfn head);
    Pfn retire(const SlabView& view, Pfn head);

    std::uint32_t first_ = 0; ///< frame number of the first listed slab + 1; 0: none
    std::uint32_t empty_ = 0; ///< listed slabs with no object in use
    std::uint32_t slabs_ = 0;
};

} // namespace mm
