// SPDX-License-Identifier: MIT
#include "arch/x86_64/boot/memory_map.hpp"

#include <algorithm>
#include <optional>

namespace arch::boot {

namespace {

// A loader's last word on an address is its most cautious one.
std::optional<MemoryKind> most_cautious(std::span<const MemoryRange> ranges, mm::PhysAddr address) {
    std::optional<MemoryKind> found;
    for (const MemoryRange& range : ranges)
        if (range.range.contains(address) && (!found || range.kind > *found)) found = range.kind;
    return found;
}

} // namespace

void MemoryMap::add(mm::PhysRange range, MemoryKind kind) {
    const bool usable = kind == MemoryKind::Usable;
    const mm::PhysRange pages =
        usable ? mm::PhysRange{range.begin.align_up(mm::page_size), range.end.align_down(mm::page_size)}
               : mm::PhysRange{range.begin.align_down(mm::page_size), range.end.align_up(mm::page_size)};
    if (pages.empty() || given_count_ == capacity) return;
    given_[given_count_++] = {pages, kind};
}

std::span<const MemoryRange> MemoryMap::finish() {
    const std::span<const MemoryRange> given{given_.data(), given_count_};
    std::array<mm::PhysAddr, capacity * 2> edges{};
    std::size_t edge_count = 0;
    for (const MemoryRange& range : given) {
        edges[edge_count++] = range.range.begin;
        edges[edge_count++] = range.range.end;
    }
    std::sort(edges.begin(), edges.begin() + edge_count, [](auto a, auto b) { return a < b; });

    std::size_t count = 0;
    for (std::size_t i = 0; i + 1 < edge_count; ++i) {
        const mm::PhysRange between{edges[i], edges[i + 1]};
        if (between.empty()) continue;
        const std::optional<MemoryKind> kind = most_cautious(given, between.begin);
        if (!kind) continue;
        MemoryRange* const last = count == 0 ? nullptr : &result_[count - 1];
        if (last != nullptr && last->kind == *kind && last->range.end == between.begin)
            last->range.end = between.end;
        else
            result_[count++] = {between, *kind};
    }
    return {result_.data(), count};
}

} // namespace arch::boot
