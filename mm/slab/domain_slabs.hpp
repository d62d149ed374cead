// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>

#include "kernel/base/result.hpp"
#include "mm/addr.hpp"
#include "mm/slab/magazine.hpp"
#include "mm/slab/slab_list.hpp"

namespace mm {

class Domain;
class SlabCache;

/// The root of one domain's slab caches: for each exclusive cache its list of slabs, and for each CPU
/// a table of magazines by the cache's number. It is exclusive memory: the domain's first block, which
/// is filled in before anybody has the domain loaded. Every list is empty then, and every magazine is
/// the empty one that stands first.
class DomainSlabs {
public:
    static constexpr unsigned max_caches = 64;
    static constexpr std::size_t max_objects_per_slab = 4096;
    using ObjectSet = std::bitset<max_objects_per_slab>;

    /// The size of the block that serves `cpus` CPUs.
    static constexpr Order order_for(unsigned cpus) {
        return Order::for_bytes(sizeof(DomainSlabs) + cpus * max_caches * sizeof(std::uint64_t));
    }

    /// Fills in the root of a new domain, block `first` of zeros, for as many CPUs as order_for() was
    /// asked for.
    static void initialise(Domain& domain, Pfn first, unsigned cpus);

    /// Where a CPU's table is, seen from the root.
    static constexpr std::size_t table_offset(unsigned cpu) {
        return sizeof(DomainSlabs) + cpu * max_caches * sizeof(Magazine*);
    }

    /// ExclusiveCache's slow paths, with its description; the domain's window is loaded.
    static kernel::Result<void*> alloc_slow(Domain& domain, const SlabCache& cache);
    static void free_slow(Domain& domain, const SlabCache& cache, void* object);
    static void shrink(Domain& domain, const SlabCache& cache);

    /// The free objects of a slab, whether in the slab or in some CPU's magazine.
    static ObjectSet free_objects(Domain& domain, const SlabCache& cache, Pfn head);

private:
    static void ensure_magazine(Domain& domain, const SlabCache& cache);
    static kernel::Result<> grow(Domain& domain, const SlabCache& cache);

    std::uint64_t none_ = 0; ///< count and capacity of a magazine that is both empty and full
    std::array<SlabList, max_caches> lists_{};
};

} // namespace mm
