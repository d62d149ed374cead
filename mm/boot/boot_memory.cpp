// SPDX-License-Identifier: MIT
#include "mm/boot/boot_memory.hpp"

#include <algorithm>
#include <memory>

namespace mm {

namespace {

template <class T>
T must(kernel::Result<T> result) {
    if (!result) kernel::panic("not enough memory to boot");
    if constexpr (!std::is_void_v<T>) return *result;
}

PhysRange intersect(PhysRange a, PhysRange b) {
    const PhysAddr begin = std::max(a.begin, b.begin);
    return {begin, std::max(begin, std::min(a.end, b.end))};
}

/// Calls fn(range) for the plan's RAM up to its limit.
template <class Function>
void for_each_ram(const MemoryPlan& plan, Function&& fn) {
    std::uint64_t left = plan.limit.bytes();
    for (const PhysRange& range : plan.ram) {
        const PhysRange usable = intersect(range, {PhysAddr{0}, PhysAddr{arch::max_physical}});
        const PhysRange taken{usable.begin, usable.begin + std::min(left, usable.bytes())};
        left -= taken.bytes();
        if (!taken.empty()) fn(taken);
    }
}

} // namespace

BootMemory::BootMemory(const MemoryPlan& plan)
    : early(make_early(plan)), frames(make_frames(plan, early)),
      kernel_map(frames, must(KernelMap::build(frames, early, plan.device_table, plan.image, plan.largest_leaf))),
      direct_map(frames, tlb, early, kernel_map.roots().direct_map, plan.largest_leaf, plan.scheme) {
    fill_direct_map(plan);
}

EarlyAllocator BootMemory::make_early(const MemoryPlan& plan) {
    EarlyAllocator early(plan.reachable);
    for_each_ram(plan, [&](PhysRange range) { must(early.add(range)); });
    for (const PhysRange& used : plan.in_use) must(early.exclude(used));
    return early;
}

FrameTable BootMemory::make_frames(const MemoryPlan& plan, EarlyAllocator& early) {
    PhysAddr end;
    for_each_ram(plan, [&](PhysRange range) { end = std::max(end, range.end); });
    const std::size_t count = end.raw() / page_size;
    const PageCount pages = PageCount::for_bytes(FrameTable::bytes_for(PageCount{count}));
    auto* first = DirectMap::ptr_present<Frame>(must(early.allocate(pages)));
    std::uninitialized_value_construct_n(first, count);

    const FrameTable frames(std::span(first, count));
    for_each_ram(plan, [&](PhysRange range) { frames.assign(range, FrameState::Boot, shared_domain); });
    early.use_frames(frames);
    return frames;
}

void BootMemory::fill_direct_map(const MemoryPlan& plan) {
    // The parts of the image that are read-only where the kernel runs are read-only here as well:
    // otherwise code could be written through its alias.
    for_each_ram(plan, [&](PhysRange ram) {
        PhysAddr done = ram.begin;
        for (const ImagePart& part : plan.image) {
            const PhysRange alias = intersect(ram, {part.loaded_at, part.loaded_at + (part.end - part.begin)});
            if (alias.empty() || (part.flags & arch::PteFlags::Writable) != arch::PteFlags::None) continue;
            must(direct_map.add_ram({done, alias.begin}));
            must(direct_map.add_ram(alias, arch::read_only));
            done = alias.end;
        }
        must(direct_map.add_ram({done, ram.end}));
    });
}

} // namespace mm
