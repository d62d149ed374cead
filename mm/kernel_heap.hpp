// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "kernel/base/result.hpp"
#include "mm/frame_table.hpp"
#include "mm/size_classes.hpp"
#include "mm/slab/exclusive_cache.hpp"
#include "mm/slab/shared_cache.hpp"

namespace mm {

class SlabRegistry;

/// kmalloc, twice: size-class caches for shared memory; for a domain's, exclusive ones with a child in
/// each domain, or with heap=mimalloc a heap of the domain's own. What is larger than the largest class
/// comes as a block of pages.
class KernelHeap {
public:
    /// Makes the caches `kmalloc-N` and `exclusive-N`.
    KernelHeap(Memory& memory, SlabRegistry& slabs);

    /// What to ask for so that the result is aligned to `align`: sizes that are powers of two are
    /// aligned to themselves.
    static constexpr std::size_t bytes_for_alignment(std::size_t bytes, std::size_t align) {
        return align <= SizeClasses::granule ? bytes : std::bit_ceil(std::max(bytes, align));
    }

    kernel::Result<void*> alloc(std::size_t bytes) {
        if (bytes - 1 < SizeClasses::largest) [[likely]]
            return shared_.data()[SizeClasses::index_for(bytes)]->alloc();
        return alloc_large(bytes);
    }
    void free(void* address);
    std::size_t usable_size(const void* address) const;

    kernel::Result<void*> alloc(Domain& domain, std::size_t bytes) const {
        if (bytes - 1 < from_slabs_) [[likely]]
            return exclusive_.data()[SizeClasses::index_for(bytes)].alloc(domain);
        return alloc_otherwise(domain, bytes);
    }
    void free(Domain& domain, void* address) const;
    std::size_t usable_size(const Domain& domain, const void* address) const;

private:
    kernel::Result<void*> alloc_large(std::size_t bytes);
    kernel::Result<void*> alloc_otherwise(Domain& domain, std::size_t bytes) const;

    Memory& memory_;
    SlabRegistry& slabs_;
    FrameTable frames_;
    std::size_t from_slabs_; ///< the most bytes that a domain gets from its slab caches; 0: it has a heap
    std::array<SharedCache*, SizeClasses::count> shared_{};
    std::array<ExclusiveCache, SizeClasses::count> exclusive_{};
};

} // namespace mm
