// SPDX-License-Identifier: MIT
#include "kernel/base/console.hpp"
#include "kernel/bench/figures.hpp"
#include "kernel/bench/measure.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/sched/sched.hpp"
#include "mm/domain.hpp"
#include "mm/memory.hpp"
#include "mm/slab.hpp"

namespace kernel::bench {
namespace {

constexpr std::uint64_t pairs = 256;
constexpr std::size_t object_bytes = 256;

/// The named cache, made at the first call: caches live for ever.
template <class Find, class Create>
auto* cache_of(Find&& find, Create&& create) {
    const mm::CacheSpec spec{.name = "figures-256", .size = object_bytes};
    if (auto found = find(spec.name)) return *found;
    auto created = create(spec);
    return created ? *created : nullptr;
}

template <class Allocate, class Free>
auto pairs_of(Allocate allocate, Free free) {
    return [=] {
        for (std::uint64_t i = 0; i < pairs; ++i) {
            const auto taken = allocate();
            if (!taken) return false;
            free(*taken);
        }
        return true;
    };
}

void shared_figures() {
    mm::Memory& memory = kernel::memory();
    figure("page, alloc+free", pairs,
           pairs_of([&] { return memory.alloc_block(mm::order_4k, mm::Zero::No); },
                    [&](mm::Pfn page) { memory.free_block(page, mm::order_4k); }));
    mm::SharedCache* const cache = cache_of([&](auto name) { return memory.slabs().find_shared(name); },
                                            [&](const auto& spec) { return memory.slabs().create_shared(spec); });
    if (cache != nullptr) {
        figure("object of 256 bytes, alloc+free", pairs,
               pairs_of([=] { return cache->alloc(); }, [=](void* object) { cache->free(object); }));
    }
    figure("kmalloc of 256 bytes, pair", pairs,
           pairs_of([&] { return memory.kmalloc(object_bytes); }, [&](void* block) { memory.kfree(block); }));
}

/// Runs inside the namespace, whose memory it uses.
void exclusive_figures(void*) {
    mm::Memory& memory = kernel::memory();
    mm::Domain& domain = current().net_namespace()->domain();
    figure("exclusive page, alloc+free", pairs,
           pairs_of([&] { return domain.alloc_block(mm::order_4k, mm::Zero::No, mm::FrameState::Exclusive); },
                    [&](mm::Pfn page) { domain.free_block(page); }));
    mm::ExclusiveCache* const cache =
        cache_of([&](auto name) { return memory.slabs().find_exclusive(name); },
                 [&](const auto& spec) { return memory.slabs().create_exclusive(spec); });
    if (cache != nullptr) {
        figure("exclusive object of 256, pair", pairs,
               pairs_of([&] { return cache->alloc(domain); }, [&](void* object) { cache->free(domain, object); }));
    }
    figure("exclusive kmalloc of 256, pair", pairs,
           pairs_of([&] { return domain.kmalloc(object_bytes); }, [&](void* block) { domain.kfree(block); }));
}

} // namespace

void memory_figures(NetNamespace& a) {
    shared_figures();
    if (!run_in(a, "figures", exclusive_figures, nullptr)) print_missing("exclusive memory", "no task");
}

} // namespace kernel::bench
