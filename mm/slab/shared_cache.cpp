// SPDX-License-Identifier: MIT
#include "mm/slab/shared_cache.hpp"

#include <algorithm>

#include "mm/memory.hpp"

namespace mm {

using kernel::Result;

namespace {

/// Where a CPU's magazine is until it has one: empty and full, so never written.
constinit Magazine no_magazine;

} // namespace

SharedCache::SharedCache(Memory& memory, const CacheSpec& spec, std::uint32_t number, Poison poison, RedZone red_zone)
    : SlabCache(memory, spec, number, poison, red_zone) {
    magazines_.fill(&no_magazine);
}

SlabView SharedCache::view() const {
    return {.frames = memory().frames(),
            .base = DirectMap::virt(PhysAddr{0}).raw(),
            .cache = *this,
            .state = FrameState::SlabShared,
            .owner = shared_domain};
}

Result<void*> SharedCache::alloc_slow() {
    kernel::ensure(!arch::in_interrupt(), "allocation in an interrupt handler");
    ensure_magazine();
    while (true) {
        void* object = nullptr;
        const bool found = slabs_.with([&](SlabList& list) {
            // The lock keeps preemption off, so the magazine may be filled under it.
            Magazine& magazine = *magazines_[arch::cpu_id()];
            if (magazine.count < magazine.capacity / 2) {
                const std::span room(magazine.objects.data() + magazine.count, magazine.capacity / 2 - magazine.count);
                magazine.count += static_cast<std::uint32_t>(list.take(view(), room));
            }
            if (!magazine.empty()) {
                object = magazine.pop();
                return true;
            }
            return list.take(view(), {&object, 1}) == 1;
        });
        if (found) return object;
        TRY(grow());
    }
}

Result<> SharedCache::grow() {
    const Pfn head = TRY(memory().alloc_block(geometry().order(), Zero::No, FrameState::SlabShared));
    slabs_.with([&](SlabList& list) { list.add(view(), head); });
    return {};
}

void SharedCache::free_slow(void* object) {
    kernel::ensure(!arch::in_interrupt(), "memory freed in an interrupt handler");
    ensure_magazine();
    std::array<Pfn, Magazine::max_objects / 2 + 1> surplus;
    std::size_t surplus_count = 0;
    slabs_.with([&](SlabList& list) {
        Magazine& magazine = *magazines_[arch::cpu_id()];
        surplus_count = list.put_all(view(), magazine.take_surplus(), surplus);
        if (!magazine.full()) return magazine.push(object);
        if (const auto slab = list.put(view(), object)) surplus[surplus_count++] = *slab;
    });
    release({surplus.data(), surplus_count});
}

/// Gives this CPU a magazine, if the cache is to have them. It is no error if there is no memory
/// for one: then every object goes the slow way.
void SharedCache::ensure_magazine() {
    if (magazine_capacity() == 0) return;
    {
        arch::PreemptGuard guard;
        if (magazines_[arch::cpu_id()] != &no_magazine) return;
    }
    const auto object = memory().slabs().shared_magazines().alloc();
    if (!object) return;
    auto* const magazine = new (*object) Magazine{.capacity = magazine_capacity()};
    {
        arch::PreemptGuard guard;
        Magazine*& slot = magazines_[arch::cpu_id()];
        if (slot == &no_magazine) {
            slot = magazine;
            return;
        }
    }
    memory().slabs().shared_magazines().free(magazine);
}

void SharedCache::shrink() {
    while (true) {
        std::array<Pfn, Magazine::max_objects> surplus;
        std::size_t surplus_count = 0;
        slabs_.with([&](SlabList& list) {
            Magazine& magazine = *magazines_[arch::cpu_id()];
            while (!magazine.empty()) {
                if (const auto slab = list.put(view(), magazine.pop())) surplus[surplus_count++] = *slab;
            }
            while (surplus_count < surplus.size()) {
                const auto slab = list.take_empty(view());
                if (!slab) break;
                surplus[surplus_count++] = *slab;
            }
        });
        if (surplus_count == 0) return;
        release({surplus.data(), surplus_count});
    }
}

void SharedCache::release(std::span<const Pfn> slabs) {
    for (const Pfn head : slabs) memory().free_block(head, geometry().order());
}

} // namespace mm
