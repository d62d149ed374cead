// SPDX-License-Identifier: MIT
#include "arch/x86_64/boot/trampoline.hpp"

#include "arch/x86_64/boot/early_memory.hpp"

#include <algorithm>
#include <cstring>

extern "C" const std::byte ap_trampoline[];
extern "C" const std::byte ap_trampoline_end[];

namespace arch::boot {

namespace {

// What may be in use below: real mode's interrupt table, the BIOS's data, a boot sector's stack.
constexpr mm::PhysAddr lowest{0x8000};
// From here on: the BIOS's extended data, video memory, ROMs.
constexpr mm::PhysAddr highest{0x9'0000};

constinit std::optional<mm::PhysAddr> page;

} // namespace

void place_trampoline(std::span<const MemoryRange> memory) {
    for (const MemoryRange& range : memory) {
        const mm::PhysAddr begin = std::max(range.range.begin, lowest);
        const mm::PhysAddr end = std::min(range.range.end, highest);
        if (range.kind != MemoryKind::Usable || begin + mm::page_size > end) continue;
        std::memcpy(early_pointer<std::byte>(begin), ap_trampoline,
                    static_cast<std::size_t>(ap_trampoline_end - ap_trampoline));
        page = begin;
        return;
    }
}

std::optional<mm::PhysAddr> trampoline_page() { return page; }

} // namespace arch::boot
