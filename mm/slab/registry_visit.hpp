// SPDX-License-Identifier: MIT
#pragma once

/// The function templates of SlabRegistry. Included by registry.hpp.
#include "mm/slab/registry.hpp"

namespace mm {

template <class Function>
void SlabRegistry::for_each(Function&& fn) const {
    const Tallies shared_tallies = tally(FrameState::SlabShared, {});
    for (unsigned i = 0; i < shared_count_.load(std::memory_order_acquire); ++i) {
        fn(describe(shared(i), FrameState::SlabShared, shared_tallies[i]));
    }
    const Tallies exclusive_tallies = tally(FrameState::SlabExclusive, {});
    for (unsigned i = 0; i < exclusive_count_.load(std::memory_order_acquire); ++i) {
        fn(describe(exclusive(i).description(), FrameState::SlabExclusive, exclusive_tallies[i]));
    }
}

template <class Function>
void SlabRegistry::for_each_in(const Domain& domain, Function&& fn) const {
    const Tallies tallies = tally(FrameState::SlabExclusive, domain.id());
    for (unsigned i = 0; i < exclusive_count_.load(std::memory_order_acquire); ++i) {
        if (tallies[i].slabs != 0) fn(describe(exclusive(i).description(), FrameState::SlabExclusive, tallies[i]));
    }
}

template <class Function>
void SlabRegistry::for_each_live(Domain& domain, Function&& fn) const {
    kernel::ensure(domain.is_loaded(), "exclusive objects listed in another address space");
    for (auto slab = next_slab(domain, {}); slab; slab = next_slab(domain, slab)) {
        const SlabCache& cache = cache_of(*slab);
        const DomainSlabs::ObjectSet free = DomainSlabs::free_objects(domain, cache, *slab);
        for (std::uint16_t index = 0; index < cache.geometry().objects(); ++index) {
            if (free[index]) continue;
            fn(static_cast<void*>(domain.frame_ptr(*slab) + cache.geometry().offset_of(index)), cache.object_size(),
               cache.name());
        }
    }
}

} // namespace mm
