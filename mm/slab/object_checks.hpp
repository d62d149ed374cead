// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "mm/slab/cache.hpp"
#include "mm/slab/corruption.hpp"

namespace mm {

/// The run-time checks on slab objects, for caches whose geometry says checked(). `cell` is where
/// the object's cell starts; SlabGeometry has the picture. Each function repairs what it reports.
class ObjectChecks {
public:
    explicit ObjectChecks(const SlabCache& cache) : cache_(cache), geometry_(cache.geometry()) {}

    /// Makes the cell of a new slab a free one.
    void prepare(std::byte* cell) const;
    /// A free object is about to be handed out: nobody wrote to it since it was freed.
    void on_take(std::byte* cell) const;
    /// An object comes back: nobody wrote around it, and it is not free already. False: ignore it.
    [[nodiscard]] bool on_put(std::byte* cell) const;

private:
    void check_guards(std::byte* cell) const;
    void fill_guards(std::byte* cell) const;
    void fill_poison(std::byte* cell) const;
    void found(CorruptionKind kind, const std::byte* cell, std::size_t at) const;

    const SlabCache& cache_;
    const SlabGeometry& geometry_;
};

} // namespace mm
