// SPDX-License-Identifier: MIT
#include "mm/slab/corruption.hpp"

#include <array>
#include <atomic>
#include <format>

#include "kernel/base/assert.hpp"

namespace mm {

namespace {

[[noreturn]] void panic_with(const Corruption& corruption) {
    std::array<char, 160> text;
    const auto end = std::format_to_n(text.data(), text.size(), "slab: {} in cache {}, object {:#x}, offset {}",
                                      name(corruption.kind), corruption.cache,
                                      reinterpret_cast<std::uintptr_t>(corruption.object), corruption.offset)
                         .out;
    kernel::panic({text.data(), end});
}

constinit std::atomic<CorruptionHandler> current_handler = &panic_with;

} // namespace

std::string_view name(CorruptionKind kind) {
    switch (kind) {
    case CorruptionKind::Overrun:
        return "overrun";
    case CorruptionKind::Underrun:
        return "underrun";
    case CorruptionKind::UseAfterFree:
        return "use after free";
    case CorruptionKind::DoubleFree:
        return "double free";
    case CorruptionKind::BadState:
        return "damaged object state";
    }
    return "unknown damage";
}

CorruptionHandler set_corruption_handler(CorruptionHandler handler) { return current_handler.exchange(handler); }

void report(const Corruption& corruption) { current_handler.load()(corruption); }

} // namespace mm
