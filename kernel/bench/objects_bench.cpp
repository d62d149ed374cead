// SPDX-License-Identifier: MIT
// Objects of named caches and of kmalloc, shared and exclusive.
#include <array>

#include "kernel/base/fixed_text.hpp"
#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"
#include "mm/slab.hpp"

namespace kernel::bench {
namespace {

constexpr std::uint64_t pairs = 256;
constexpr std::size_t batch_size = 256;
constinit std::array<void*, batch_size> batch{};

enum class Part { Alloc, Free, Both };

template <class Alloc, class Free>
void measure_pairs(Run& run, Alloc&& alloc, Free&& free) {
    run.measure(pairs, [&] {
        for (std::uint64_t i = 0; i < pairs; ++i) {
            const auto object = alloc();
            if (!object) return false;
            free(*object);
        }
        return true;
    });
}

/// A batch allocated, then freed in the same order; `part` of it is timed.
template <Part part, class Alloc, class Free>
void measure_batch(Run& run, Alloc&& alloc, Free&& free) {
    run.measure_parts(batch_size, [&](Stopwatch& watch) {
        if constexpr (part != Part::Free) watch.start();
        for (void*& slot : batch) {
            const auto object = alloc();
            if (!object) return false;
            slot = *object;
        }
        if constexpr (part == Part::Alloc) watch.stop();
        if constexpr (part == Part::Free) watch.start();
        for (void* const object : batch) free(object);
        if constexpr (part != Part::Alloc) watch.stop();
        return true;
    });
}

/// The named cache of `size` bytes, made at the first call: caches live for ever.
template <std::size_t size>
mm::SharedCache* shared_cache(Run& run) {
    auto& slabs = kernel::memory().slabs();
    const FixedText<24> name("bench-{}", size);
    if (auto found = slabs.find_shared(name.view())) return *found;
    static constinit FixedText<24> kept;
    kept = name;
    auto created = slabs.create_shared({.name = kept.view(), .size = size});
    if (!created) run.fail(created.error());
    return created.value_or(nullptr);
}

template <std::size_t size>
mm::ExclusiveCache exclusive_cache(Run& run) {
    auto& slabs = kernel::memory().slabs();
    constexpr std::string_view name = "bench-exclusive";
    if (auto found = slabs.find_exclusive(name)) return *found;
    auto created = slabs.create_exclusive({.name = name, .size = size});
    if (!created) run.fail(created.error());
    return created.value_or(mm::ExclusiveCache{});
}

template <std::size_t size>
void cache_pair(Run& run) {
    if (auto* cache = shared_cache<size>(run)) {
        measure_pairs(run, [cache] { return cache->alloc(); }, [cache](void* object) { cache->free(object); });
    }
}

template <std::size_t size, Part part>
void cache_batch(Run& run) {
    if (auto* cache = shared_cache<size>(run)) {
        measure_batch<part>(run, [cache] { return cache->alloc(); }, [cache](void* object) { cache->free(object); });
    }
}

template <std::size_t size>
void kmalloc_pair(Run& run) {
    mm::Memory& memory = kernel::memory();
    measure_pairs(run, [&memory] { return memory.kmalloc(size); }, [&memory](void* block) { memory.kfree(block); });
}

template <std::size_t size, Part part>
void kmalloc_batch(Run& run) {
    mm::Memory& memory = kernel::memory();
    measure_batch<part>(
        run, [&memory] { return memory.kmalloc(size); }, [&memory](void* block) { memory.kfree(block); });
}

/// Runs `measurement(domain)` inside a namespace.
template <class Measurement>
void inside_a_namespace(Run& run, Measurement&& measurement) {
    const ScratchNamespace scratch("bench");
    if (!scratch) return run.fail("no namespace");
    const auto ran = scratch.inside([&] { measurement(scratch->domain()); });
    if (!ran) run.fail(ran.error());
}

template <std::size_t size>
void exclusive_cache_pair(Run& run) {
    const mm::ExclusiveCache cache = exclusive_cache<size>(run);
    if (!cache) return;
    inside_a_namespace(run, [&run, cache](mm::Domain& domain) {
        measure_pairs(
            run, [cache, &domain] { return cache.alloc(domain); },
            [cache, &domain](void* object) { cache.free(domain, object); });
    });
}

template <std::size_t size, Part part>
void exclusive_cache_batch(Run& run) {
    const mm::ExclusiveCache cache = exclusive_cache<size>(run);
    if (!cache) return;
    inside_a_namespace(run, [&run, cache](mm::Domain& domain) {
        measure_batch<part>(
            run, [cache, &domain] { return cache.alloc(domain); },
            [cache, &domain](void* object) { cache.free(domain, object); });
    });
}

template <std::size_t size>
void exclusive_kmalloc_pair(Run& run) {
    inside_a_namespace(run, [&run](mm::Domain& domain) {
        measure_pairs(run, [&domain] { return domain.kmalloc(size); }, [&domain](void* block) { domain.kfree(block); });
    });
}

LACUNA_BENCHMARK("kmem_cache.64.pair", Unit::Cycles, cache_pair<64>);
LACUNA_BENCHMARK("kmem_cache.64.batch256.alloc", Unit::Cycles, cache_batch<64, Part::Alloc>);
LACUNA_BENCHMARK("kmem_cache.64.batch256.free", Unit::Cycles, cache_batch<64, Part::Free>);
LACUNA_BENCHMARK("kmem_cache.64.bulk256_pair", Unit::Cycles, cache_batch<64, Part::Both>);
LACUNA_BENCHMARK("kmem_cache.256.pair", Unit::Cycles, cache_pair<256>);
LACUNA_BENCHMARK("kmem_cache.256.batch256.alloc", Unit::Cycles, cache_batch<256, Part::Alloc>);
LACUNA_BENCHMARK("kmem_cache.256.batch256.free", Unit::Cycles, cache_batch<256, Part::Free>);
LACUNA_BENCHMARK("kmem_cache.256.bulk256_pair", Unit::Cycles, cache_batch<256, Part::Both>);
LACUNA_BENCHMARK("kmem_cache.1024.pair", Unit::Cycles, cache_pair<1024>);
LACUNA_BENCHMARK("kmem_cache.1024.batch256.alloc", Unit::Cycles, cache_batch<1024, Part::Alloc>);
LACUNA_BENCHMARK("kmem_cache.1024.batch256.free", Unit::Cycles, cache_batch<1024, Part::Free>);
LACUNA_BENCHMARK("kmem_cache.1024.bulk256_pair", Unit::Cycles, cache_batch<1024, Part::Both>);
LACUNA_BENCHMARK("kmem_cache.2048.pair", Unit::Cycles, cache_pair<2048>);
LACUNA_BENCHMARK("kmem_cache.2048.batch256.alloc", Unit::Cycles, cache_batch<2048, Part::Alloc>);
LACUNA_BENCHMARK("kmem_cache.2048.batch256.free", Unit::Cycles, cache_batch<2048, Part::Free>);
LACUNA_BENCHMARK("kmem_cache.2048.bulk256_pair", Unit::Cycles, cache_batch<2048, Part::Both>);

LACUNA_BENCHMARK("kmalloc.64.pair", Unit::Cycles, kmalloc_pair<64>);
LACUNA_BENCHMARK("kmalloc.64.batch256.alloc", Unit::Cycles, kmalloc_batch<64, Part::Alloc>);
LACUNA_BENCHMARK("kmalloc.64.batch256.free", Unit::Cycles, kmalloc_batch<64, Part::Free>);
LACUNA_BENCHMARK("kmalloc.256.pair", Unit::Cycles, kmalloc_pair<256>);
LACUNA_BENCHMARK("kmalloc.256.batch256.alloc", Unit::Cycles, kmalloc_batch<256, Part::Alloc>);
LACUNA_BENCHMARK("kmalloc.256.batch256.free", Unit::Cycles, kmalloc_batch<256, Part::Free>);
LACUNA_BENCHMARK("kmalloc.1024.pair", Unit::Cycles, kmalloc_pair<1024>);
LACUNA_BENCHMARK("kmalloc.1024.batch256.alloc", Unit::Cycles, kmalloc_batch<1024, Part::Alloc>);
LACUNA_BENCHMARK("kmalloc.1024.batch256.free", Unit::Cycles, kmalloc_batch<1024, Part::Free>);
LACUNA_BENCHMARK("kmalloc.2048.pair", Unit::Cycles, kmalloc_pair<2048>);
LACUNA_BENCHMARK("kmalloc.2048.batch256.alloc", Unit::Cycles, kmalloc_batch<2048, Part::Alloc>);
LACUNA_BENCHMARK("kmalloc.2048.batch256.free", Unit::Cycles, kmalloc_batch<2048, Part::Free>);

LACUNA_BENCHMARK("exclusive.kmem_cache.256.pair", Unit::Cycles, exclusive_cache_pair<256>);
LACUNA_BENCHMARK("exclusive.kmem_cache.256.batch256.alloc", Unit::Cycles, exclusive_cache_batch<256, Part::Alloc>);
LACUNA_BENCHMARK("exclusive.kmem_cache.256.batch256.free", Unit::Cycles, exclusive_cache_batch<256, Part::Free>);
LACUNA_BENCHMARK("exclusive.kmalloc.256.pair", Unit::Cycles, exclusive_kmalloc_pair<256>);

} // namespace
} // namespace kernel::bench
