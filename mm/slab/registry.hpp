// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <string_view>

#include "kernel/base/result.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "mm/slab/cache_statistics.hpp"
#include "mm/slab/exclusive_cache.hpp"
#include "mm/slab/object_location.hpp"
#include "mm/slab/shared_cache.hpp"

namespace mm {

/// All caches of a system, by number. Caches are made once and live as long as the registry.
class SlabRegistry {
public:
    static constexpr unsigned max_shared = 64;

    /// `poison` and `red_zone` hold for every cache that is made here.
    SlabRegistry(Memory& memory, Poison poison, RedZone red_zone);

    /// Makes a cache. Errors: Exists; NoSpace when the table is full; InvalidArgument for a size or
    /// an alignment out of range. Thread context.
    kernel::Result<SharedCache*> create_shared(const CacheSpec& spec);
    kernel::Result<ExclusiveCache> create_exclusive(const CacheSpec& spec);

    /// A cache by name. Error: NotFound.
    kernel::Result<SharedCache*> find_shared(std::string_view name);
    kernel::Result<ExclusiveCache> find_exclusive(std::string_view name);

    /// A cache by its number. Precondition: there is one; the frame table's numbers are such.
    SharedCache& shared(unsigned number) const { return *shared_by_number_.data()[number]; }
    ExclusiveCache exclusive(unsigned number) const { return ExclusiveCache{*exclusive_by_number_.data()[number]}; }

    /// The object at an address of the direct map or of a window. It reads the frame table alone,
    /// so fault reports may ask. Error: NotFound if no slab is there. Any context.
    kernel::Result<ObjectLocation> find(const void* address) const;

    /// Calls fn(const CacheStatistics&) for each cache: all owners together, or one domain's
    /// children.
    template <class Function>
    void for_each(Function&& fn) const;
    template <class Function>
    void for_each_in(const Domain& domain, Function&& fn) const;

    /// Calls fn(void* address, std::size_t size, std::string_view cache) for each live object of
    /// the domain's exclusive caches. Thread context with the domain's window loaded; fn may
    /// allocate.
    template <class Function>
    void for_each_live(Domain& domain, Function&& fn) const;

    /// Returns this CPU's magazines and all empty slabs of shared caches to the page allocator.
    void shrink();

    /// The cache that magazines come from; it has none itself. Magazines of shared and of exclusive
    /// caches lie in memory of the same kind as the objects.
    SharedCache& shared_magazines() const { return shared(0); }
    ExclusiveCache exclusive_magazines() const { return exclusive(0); }

private:
    /// What a walk over the frame table counts for one cache.
    struct Tally {
        std::uint32_t slabs = 0;
        std::uint32_t active = 0;
    };
    using Tallies = std::array<Tally, std::max(max_shared, DomainSlabs::max_caches)>;
    struct Creation {}; ///< what the lock protects: appending to the tables below

    Tallies tally(FrameState state, std::optional<DomainId> owner) const;
    static CacheStatistics describe(const SlabCache& cache, FrameState state, const Tally& tally);
    std::optional<Pfn> next_slab(const Domain& domain, std::optional<Pfn> after) const;
    const SlabCache& cache_of(Pfn slab) const;

    Memory& memory_;
    const Poison poison_;
    const RedZone red_zone_;
    kernel::SpinLocked<Creation, kernel::Rank::SlabRegistry> creating_;
    std::array<SharedCache*, max_shared> shared_by_number_{};
    std::array<SlabCache*, DomainSlabs::max_caches> exclusive_by_number_{};
    std::atomic<std::uint32_t> shared_count_{0};
    std::atomic<std::uint32_t> exclusive_count_{0};
    std::array<std::optional<SharedCache>, max_shared> shared_storage_;
    std::array<std::optional<SlabCache>, DomainSlabs::max_caches> exclusive_storage_;
};

} // namespace mm

#include "mm/slab/registry_visit.hpp"
