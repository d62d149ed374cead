// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "kernel/base/result.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "mm/slab/cache.hpp"
#include "mm/slab/magazine.hpp"
#include "mm/slab/slab_list.hpp"

#include <arch/cpu.hpp>

namespace mm {

/// A cache of objects in shared memory. Thread context only; not inside a lock of rank SlabCache or
/// above.
class SharedCache : public SlabCache {
public:
    SharedCache(Memory& memory, const CacheSpec& spec, std::uint32_t number, Poison poison, RedZone red_zone);

    /// An object with arbitrary content. Error: OutOfMemory.
    kernel::Result<void*> alloc() {
        {
            arch::PreemptGuard guard;
            Magazine& magazine = *magazines_.data()[arch::cpu_id()];
            if (!magazine.empty()) [[likely]]
                return magazine.pop();
        }
        return alloc_slow();
    }

    /// Takes an object of this cache back. A pointer that is none is a bug (ensure), found at the
    /// latest when it leaves the magazine.
    void free(void* object) {
        {
            arch::PreemptGuard guard;
            Magazine& magazine = *magazines_.data()[arch::cpu_id()];
            if (!magazine.full()) [[likely]] {
                magazine.push(object);
                return;
            }
        }
        free_slow(object);
    }

    /// Returns what this CPU's magazine holds and all empty slabs; other CPUs' magazines stay.
    void shrink();

private:
    kernel::Result<void*> alloc_slow();
    void free_slow(void* object);
    void ensure_magazine();
    kernel::Result<> grow();
    SlabView view() const;
    void release(std::span<const Pfn> slabs);

    std::array<Magazine*, arch::max_cpus> magazines_;
    kernel::SpinLocked<SlabList, kernel::Rank::SlabCache> slabs_;
};

} // namespace mm
