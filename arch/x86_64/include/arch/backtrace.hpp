// SPDX-License-Identifier: MIT
#pragma once

#include <arch/trap.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace arch {

/// The memory of one stack, half-open.
struct StackRange {
    std::uint64_t begin;
    std::uint64_t end;
    constexpr bool contains(std::uint64_t address) const { return begin <= address && address < end; }
};

/// The boot or fault stack of this CPU that an address lies in. Tasks' stacks are known to the scheduler.
std::optional<StackRange> fixed_stack_of(std::uint64_t address);

/// Collects return addresses, innermost first, by following frame pointers from `frame_pointer` as long as they
/// rise within `stack`. Reads nothing outside `stack`, which must be mapped. Returns the part of `out` in use.
std::span<std::uint64_t> backtrace(std::uint64_t frame_pointer, StackRange stack, std::span<std::uint64_t> out);

/// The frame pointer of the caller.
[[gnu::always_inline]] inline std::uint64_t frame_pointer() {
    return reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
}

} // namespace arch
