// SPDX-License-Identifier: MIT
// The table of benchmarks: each workload with each allocator that can do it.
#include "mm/host_bench/mimalloc.hpp"
#include "mm/host_bench/works.hpp"

namespace mm::host_bench {

namespace {

using Visit = void (*)(const Benchmark& benchmark);

constexpr std::uint64_t many = 1 << 16;
constexpr std::uint64_t few = 1 << 10; // of what takes microseconds

template <class W>
Work* open(unsigned cpu, std::size_t bytes) {
    return new W(cpu, bytes);
}

template <class W>
void add(Visit visit, const char* workload, const char* allocator, std::size_t bytes, std::uint64_t operations = many,
         unsigned threads = Machine::cpus) {
    visit({workload, allocator, bytes, operations, threads, open<W>});
}

template <template <Allocator> class W>
void add_pages(Visit visit, const char* workload, std::size_t bytes) {
    add<W<SharedFrames>>(visit, workload, "lacuna", bytes);
    add<W<MimallocPages>>(visit, workload, "mimalloc", bytes);
    add<W<SystemPages>>(visit, workload, "malloc", bytes);
}

template <template <Allocator> class W>
void add_cache(Visit visit, const char* workload, std::size_t bytes) {
    add<W<SharedObjects>>(visit, workload, "lacuna", bytes);
    add<W<ExclusiveObjects>>(visit, workload, "lacuna-exclusive", bytes);
}

template <template <Allocator> class W>
void add_heap(Visit visit, const char* workload, std::size_t bytes, std::uint64_t operations = many) {
    add<W<SharedHeap>>(visit, workload, "lacuna", bytes, operations);
    add<W<ExclusiveHeap>>(visit, workload, "lacuna-exclusive", bytes, operations);
    add<W<Mimalloc>>(visit, workload, "mimalloc", bytes, operations);
    add<W<SystemHeap>>(visit, workload, "malloc", bytes, operations);
}

} // namespace

void for_each_benchmark(Visit visit) {
    add_pages<PairWork>(visit, "pages.o0.pair", page_size);
    add_pages<BatchWork>(visit, "pages.o0.batch256", page_size);
    add_pages<PairWork>(visit, "pages.o3.pair", 8 * page_size);
    for (const std::size_t bytes : Machine::object_sizes) {
        add_cache<PairWork>(visit, "kmem_cache.{}.pair", bytes);
        add_cache<BatchWork>(visit, "kmem_cache.{}.batch256", bytes);
        add_heap<PairWork>(visit, "kmalloc.{}.pair", bytes);
        add_heap<BatchWork>(visit, "kmalloc.{}.batch256", bytes);
    }
    add_heap<MixedWork>(visit, "mixed.op", 0, mixed_operations);
    // One thread: all CPUs of the MMU's model share a lock, so more would measure that.
    add<PairWork<ExclusiveFrames>>(visit, "exclusive_page.pair", "lacuna-and-mmu-model", page_size, few, 1);
}

} // namespace mm::host_bench
