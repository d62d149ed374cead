// SPDX-License-Identifier: MIT
#include "mm/testing/test_memory.hpp"

namespace mm::testing {

namespace {

constexpr std::size_t table_frames = 256;
constexpr PhysAddr first_block{std::uint64_t{16} << 20};

} // namespace

TestMemory::TestMemory(const TestPlan& plan)
    : machine(plan.memory), boot(plan_.plan(plan.memory, plan.largest_leaf, plan.scheme)),
      tables(boot.frames, set_tables_aside()), placements(plan.scheme, boot.frames, boot.tlb, tables, boot.direct_map),
      spaces(plan.scheme, boot.kernel_map, boot.frames, boot.tlb, tables) {
    boot.direct_map.use_tables(tables);
    for (const PhysRange& range : boot.free_ranges()) {
        boot.frames.assign(range, FrameState::Free, shared_domain);
    }
    start_first_cpu(placements, boot.kernel_map, spaces);
    tables.count_from_here();
}

std::vector<Pfn> TestMemory::set_tables_aside() {
    std::vector<Pfn> free;
    const PhysAddr first = *boot.early.allocate(PageCount{table_frames});
    for (std::size_t i = 0; i < table_frames; ++i) free.push_back(Pfn::of(first + i * page_size));
    boot.frames.assign({first, first + table_frames * page_size}, FrameState::Free, shared_domain);
    return free;
}

PhysRange TestMemory::block(unsigned index) {
    return PhysRange::of(Pfn::of(first_block + index * order_2m.bytes()), order_2m);
}

PhysRange TestMemory::page(unsigned index, unsigned page_number) {
    return PhysRange::of(Pfn::of(block(index).begin) + PageCount{page_number}, order_4k);
}

void TestMemory::make_exclusive(PhysRange range, Window& window, FrameState state) {
    if (detaches(placements.scheme)) {
        const bool removed = boot.direct_map.remove(range).has_value();
        kernel::ensure(removed, "no table to split with");
    }
    const bool mapped = window.map(range).has_value();
    kernel::ensure(mapped, "no table to map with");
    boot.frames.assign(range, state, window.owner());
}

void TestMemory::make_shared(PhysRange range, Window& window) {
    window.unmap(range);
    boot.frames.assign(range, FrameState::Free, shared_domain);
    if (detaches(placements.scheme)) boot.direct_map.restore(range);
}

} // namespace mm::testing
