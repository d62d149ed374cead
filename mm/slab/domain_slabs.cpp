// SPDX-License-Identifier: MIT
#include "mm/slab/domain_slabs.hpp"

#include <arch/memory.hpp>
#include <new>

#include "mm/memory.hpp"

namespace mm {

using kernel::Result;

namespace {

SlabView view_of(const Domain& domain, const SlabCache& cache) {
    return {.frames = domain.memory().frames(),
            .base = reinterpret_cast<std::uintptr_t>(domain.frame_ptr(Pfn{0})),
            .cache = cache,
            .state = FrameState::SlabExclusive,
            .owner = domain.id()};
}

/// Fills a part of a page with one word.
struct Filler {
    std::size_t offset; ///< bytes
    std::size_t words;
    std::uint64_t value;
    void operator()(std::byte* page) const { arch::fill_words(page + offset, value, words); }
};

} // namespace

/// In the workshop, since nobody maps the domain's window yet, a page at a time.
void DomainSlabs::initialise(Domain& domain, Pfn first, unsigned cpus) {
    const auto root = reinterpret_cast<std::uintptr_t>(domain.frame_ptr(first));
    const std::size_t end = table_offset(cpus);
    for (std::size_t at = table_offset(0); at < end;) {
        const Pfn page = first + PageCount{at / page_size};
        const std::size_t words = std::min(end - at, page_size - at % page_size) / sizeof(Magazine*);
        Filler filler{.offset = at % page_size, .words = words, .value = root + offsetof(DomainSlabs, none_)};
        domain.memory().workshop().visit(page, filler);
        domain.written_unseen(page);
        at += words * sizeof(Magazine*);
    }
}

Result<void*> DomainSlabs::alloc_slow(Domain& domain, const SlabCache& cache) {
    kernel::ensure(!arch::in_interrupt(), "allocation in an interrupt handler");
    kernel::ensure(domain.is_loaded(), "exclusive object asked for in another address space");
    ensure_magazine(domain, cache);
    DomainSlabs& slabs = domain.slabs();
    SlabList& list = slabs.lists_[cache.number()];
    const SlabView view = view_of(domain, cache);
    while (true) {
        void* object = nullptr;
        const bool found = domain.slab_lock_.with([&](auto&) {
            // The lock keeps preemption off, so the magazine may be filled under it.
            Magazine& magazine = *domain.magazine(arch::cpu_id(), cache.number());
            if (magazine.count < magazine.capacity / 2) {
                const std::span room(magazine.objects.data() + magazine.count, magazine.capacity / 2 - magazine.count);
                magazine.count += static_cast<std::uint32_t>(list.take(view, room));
            }
            if (!magazine.empty()) {
                object = magazine.pop();
                return true;
            }
            return list.take(view, {&object, 1}) == 1;
        });
        if (found) return object;
        TRY(grow(domain, cache));
    }
}

Result<> DomainSlabs::grow(Domain& domain, const SlabCache& cache) {
    const Pfn head = TRY(domain.alloc_block(cache.geometry().order(), Zero::No, FrameState::SlabExclusive));
    domain.slab_lock_.with([&](auto&) { domain.slabs().lists_[cache.number()].add(view_of(domain, cache), head); });
    return {};
}

void DomainSlabs::free_slow(Domain& domain, const SlabCache& cache, void* object) {
    kernel::ensure(!arch::in_interrupt(), "memory freed in an interrupt handler");
    kernel::ensure(domain.is_loaded(), "exclusive object freed in another address space");
    ensure_magazine(domain, cache);
    DomainSlabs& slabs = domain.slabs();
    SlabList& list = slabs.lists_[cache.number()];
    const SlabView view = view_of(domain, cache);
    std::array<Pfn, Magazine::max_objects / 2 + 1> surplus;
    std::size_t surplus_count = 0;
    domain.slab_lock_.with([&](auto&) {
        Magazine& magazine = *domain.magazine(arch::cpu_id(), cache.number());
        surplus_count = list.put_all(view, magazine.take_surplus(), surplus);
        if (!magazine.full()) return magazine.push(object);
        if (const auto slab = list.put(view, object)) surplus[surplus_count++] = *slab;
    });
    for (std::size_t i = 0; i < surplus_count; ++i) domain.free_block(surplus[i]);
}

/// Gives this CPU a magazine for the domain's child of a cache, in the domain's own memory. It is
/// no error if there is no memory for one: then every object goes the slow way.
void DomainSlabs::ensure_magazine(Domain& domain, const SlabCache& cache) {
    if (cache.magazine_capacity() == 0) return;
    const Magazine* const none = reinterpret_cast<Magazine*>(&domain.slabs().none_);
    {
        arch::PreemptGuard guard;
        if (domain.magazine(arch::cpu_id(), cache.number()) != none) return;
    }
    const ExclusiveCache magazines = domain.memory().slabs().exclusive_magazines();
    const auto memory = magazines.alloc(domain);
    if (!memory) return;
    auto* const magazine = new (*memory) Magazine{.capacity = cache.magazine_capacity()};
    {
        arch::PreemptGuard guard;
        Magazine*& place = domain.magazine(arch::cpu_id(), cache.number());
        if (place == none) {
            place = magazine;
            return;
        }
    }
    magazines.free(domain, magazine);
}

void DomainSlabs::shrink(Domain& domain, const SlabCache& cache) {
    kernel::ensure(domain.is_loaded(), "exclusive cache shrunk in another address space");
    DomainSlabs& slabs = domain.slabs();
    SlabList& list = slabs.lists_[cache.number()];
    const SlabView view = view_of(domain, cache);
    while (true) {
        std::array<Pfn, Magazine::max_objects> surplus;
        std::size_t surplus_count = 0;
        domain.slab_lock_.with([&](auto&) {
            Magazine& magazine = *domain.magazine(arch::cpu_id(), cache.number());
            while (!magazine.empty()) {
                if (const auto slab = list.put(view, magazine.pop())) surplus[surplus_count++] = *slab;
            }
            while (surplus_count < surplus.size()) {
                const auto slab = list.take_empty(view);
                if (!slab) break;
                surplus[surplus_count++] = *slab;
            }
        });
        if (surplus_count == 0) return;
        for (std::size_t i = 0; i < surplus_count; ++i) domain.free_block(surplus[i]);
    }
}

DomainSlabs::ObjectSet DomainSlabs::free_objects(Domain& domain, const SlabCache& cache, Pfn head) {
    ObjectSet free;
    const SlabView view = view_of(domain, cache);
    const SlabGeometry& geometry = cache.geometry();
    const unsigned cpus = static_cast<unsigned>(std::bit_width(domain.memory().tlb().online().raw()));
    domain.slab_lock_.with([&](auto&) {
        std::byte* const base = view.at(head);
        for (std::uint16_t index = view.frames[head].slab.free_object; index < geometry.objects();) {
            free.set(index);
            index = *reinterpret_cast<std::uint16_t*>(base + index * geometry.stride() + geometry.link_offset());
        }
        // Another CPU may be at work on its magazine: then this is as good as a moment ago.
        for (unsigned cpu = 0; cpu < cpus; ++cpu) {
            const Magazine& magazine = *domain.magazine(cpu, cache.number());
            for (std::uint32_t i = 0; i < magazine.count; ++i) {
                const auto offset = static_cast<const std::byte*>(magazine.objects[i]) - base;
                if (offset < 0 || static_cast<std::size_t>(offset) >= geometry.order().bytes()) continue;
                if (const auto index = geometry.index_at(static_cast<std::size_t>(offset))) free.set(*index);
            }
        }
    });
    return free;
}

} // namespace mm
