// SPDX-License-Identifier: MIT
#include "mm/slab/registry.hpp"

#include <arch/layout.hpp>
#include <bit>

#include "kernel/base/assert.hpp"
#include "mm/memory.hpp"

namespace mm {

using kernel::Error;
using kernel::fail;
using kernel::Result;

namespace {

constexpr CacheSpec magazine_cache{.name = "magazine", .size = sizeof(Magazine), .align = 64, .magazine = 0};

bool is_valid(const CacheSpec& spec) {
    return spec.size != 0 && spec.size <= SlabGeometry::max_object && std::has_single_bit(spec.align) &&
           spec.align <= page_size && !spec.name.empty();
}

/// Appends a cache. The count rises last, so that who reads it without the lock finds finished
/// caches.
template <class Cache, std::size_t size>
Result<Cache*> create_in(std::array<std::optional<Cache>, size>& storage, std::array<Cache*, size>& by_number,
                         std::atomic<std::uint32_t>& count, Memory& memory, const CacheSpec& spec, Poison poison,
                         RedZone red_zone) {
    const std::uint32_t number = count.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < number; ++i) {
        if (by_number[i]->name() == spec.name.substr(0, SlabCache::max_name)) return fail(Error::Exists);
    }
    if (number == size) return fail(Error::NoSpace);
    by_number[number] = &storage[number].emplace(memory, spec, number, poison, red_zone);
    // Ordering: release pairs with the readers' acquire.
    count.store(number + 1, std::memory_order_release);
    return by_number[number];
}

template <class Cache, std::size_t size>
Result<Cache*> find_in(const std::array<Cache*, size>& by_number, std::uint32_t count, std::string_view name) {
    for (std::uint32_t i = 0; i < count; ++i) {
        if (by_number[i]->name() == name) return by_number[i];
    }
    return fail(Error::NotFound);
}

/// The physical address that a kernel address stands for in the direct map or a window.
std::optional<PhysAddr> frame_address(std::uintptr_t address) {
    if (DirectMap::contains(VirtAddr{address})) return PhysAddr{address - DirectMap::virt(PhysAddr{0}).raw()};
    for (unsigned kind = 0; kind < domain_kinds; ++kind) {
        const std::uint64_t base = arch::window_base(window_slot(static_cast<DomainKind>(kind)));
        if (address - base < arch::slot_size) return PhysAddr{address - base};
    }
    return {};
}

} // namespace

SlabRegistry::SlabRegistry(Memory& memory, Poison poison, RedZone red_zone)
    : memory_(memory), poison_(poison), red_zone_(red_zone) {
    kernel::ensure(create_shared(magazine_cache).has_value() && create_exclusive(magazine_cache).has_value(),
                   "no magazine caches");
}

Result<SharedCache*> SlabRegistry::create_shared(const CacheSpec& spec) {
    if (!is_valid(spec)) return fail(Error::InvalidArgument);
    return creating_.with([&](auto&) {
        return create_in(shared_storage_, shared_by_number_, shared_count_, memory_, spec, poison_, red_zone_);
    });
}

Result<ExclusiveCache> SlabRegistry::create_exclusive(const CacheSpec& spec) {
    if (!is_valid(spec)) return fail(Error::InvalidArgument);
    return creating_.with([&](auto&) {
        return create_in(exclusive_storage_, exclusive_by_number_, exclusive_count_, memory_, spec, poison_, red_zone_)
            .transform([](const SlabCache* made) { return ExclusiveCache{*made}; });
    });
}

Result<SharedCache*> SlabRegistry::find_shared(std::string_view name) {
    return find_in(shared_by_number_, shared_count_.load(std::memory_order_acquire), name);
}

Result<ExclusiveCache> SlabRegistry::find_exclusive(std::string_view name) {
    return find_in(exclusive_by_number_, exclusive_count_.load(std::memory_order_acquire), name)
        .transform([](const SlabCache* found) { return ExclusiveCache{*found}; });
}

Result<ObjectLocation> SlabRegistry::find(const void* address) const {
    const auto raw = reinterpret_cast<std::uintptr_t>(address);
    const auto physical = frame_address(raw);
    const FrameTable frames = memory_.frames();
    if (!physical || !frames.contains(Pfn::of(*physical))) return fail(Error::NotFound);
    const Frame& frame = frames[Pfn::of(*physical)];
    const SlabCache* cache = nullptr;
    if (frame.state == FrameState::SlabShared) cache = &shared(frame.cache);
    if (frame.state == FrameState::SlabExclusive) cache = &exclusive(frame.cache).description();
    if (cache == nullptr) return fail(Error::NotFound);
    const SlabGeometry& geometry = cache->geometry();
    const std::uintptr_t slab = raw - (*physical - Pfn{frame.slab.head}.address());
    const std::uint32_t cell = geometry.cell_at(raw - slab);
    if (cell >= geometry.objects()) return fail(Error::NotFound);
    const std::uintptr_t object = slab + geometry.offset_of(static_cast<std::uint16_t>(cell));
    return ObjectLocation{.cache = cache->name(),
                          .owner = frame.owner,
                          .object = object,
                          .size = geometry.size(),
                          .offset = static_cast<std::ptrdiff_t>(raw - object)};
}

SlabRegistry::Tallies SlabRegistry::tally(FrameState state, std::optional<DomainId> owner) const {
    Tallies tallies{};
    for (const Frame& frame : memory_.frames().all()) {
        if (frame.state != state || (frame.flags & frame_flag::block_head) == 0) continue;
        if (owner && frame.owner != *owner) continue;
        Tally& tally = tallies[frame.cache];
        ++tally.slabs;
        tally.active += frame.slab.in_use;
    }
    return tallies;
}

CacheStatistics SlabRegistry::describe(const SlabCache& cache, FrameState state, const Tally& tally) {
    const SlabGeometry& geometry = cache.geometry();
    return {.name = cache.name(),
            .exclusive = state == FrameState::SlabExclusive,
            .object_size = geometry.size(),
            .stride = geometry.stride(),
            .slabs = tally.slabs,
            .pages = PageCount{tally.slabs * geometry.order().pages().raw()},
            .objects = std::uint64_t{tally.slabs} * geometry.objects(),
            .active = tally.active};
}

std::optional<Pfn> SlabRegistry::next_slab(const Domain& domain, std::optional<Pfn> after) const {
    const FrameTable frames = memory_.frames();
    for (auto block = domain.next_block(after); block; block = domain.next_block(block)) {
        if (frames[*block].state == FrameState::SlabExclusive) return block;
    }
    return {};
}

const SlabCache& SlabRegistry::cache_of(Pfn slab) const {
    return exclusive(memory_.frames()[slab].cache).description();
}

void SlabRegistry::shrink() {
    // Backwards, so that magazines (cache 0) come last.
    for (std::uint32_t i = shared_count_.load(std::memory_order_acquire); i-- > 0;) shared(i).shrink();
}

} // namespace mm
