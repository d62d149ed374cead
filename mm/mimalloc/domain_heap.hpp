// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/base/result.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "mm/addr.hpp"
#include "mm/frame_table.hpp"

struct lacuna_heap;

namespace mm {

class Domain;

/// heap=mimalloc: a domain's kmalloc, served by a mimalloc of its own. The heap and its segments are blocks of the
/// domain's exclusive memory, as good as any other: in its window alone, counted against its limit, given back with
/// it. This object, a part of the Domain, is shared memory and knows where the heap is, as a number.
///
/// mimalloc keeps one heap for each thread; here the domain has one, under a lock. The lock is not held while frames
/// are taken or given back. Thread context with the domain's window loaded; no lock of rank Domain or above.
class DomainHeap {
public:
    /// What a heap serves, in bytes; larger blocks are pages.
    static constexpr std::size_t largest = 4096;
    /// In which portions it takes frames.
    static constexpr Order segment_order{4};

    /// A block of at least `bytes`, aligned to 16 (to the size, if that is a power of two). The first call makes the
    /// heap. Precondition: 0 < bytes <= largest. Errors: DomainLimit, OutOfMemory.
    kernel::Result<void*> alloc(Domain& domain, std::size_t bytes);
    /// Takes back what alloc() gave. A pointer that no block begins at is a bug (ensure).
    void free(Domain& domain, void* block);
    static std::size_t usable_size(const void* block);

    /// The first frame of the segment, or of the heap's own block, that a frame in state HeapExclusive belongs to. It
    /// reads the frame table alone, so fault reports may ask. Any context.
    static Pfn block_around(const FrameTable& frames, Pfn pfn);

private:
    struct Root {
        std::uintptr_t heap = 0; ///< where its owner has the heap; 0: there is none yet
    };
    using Locked = kernel::SpinLocked<Root, kernel::Rank::Heap>;

    Locked& root();
    kernel::Result<> grow(Domain& domain);
    kernel::Result<> open(Domain& domain);
    void give_back(Domain& domain, void* spare);

    Locked root_;
};

} // namespace mm
