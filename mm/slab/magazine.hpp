// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mm {

/// One CPU's stock of free objects of one cache: what makes the common allocation a pop and the
/// common free a push. Used with preemption off, by its own CPU only. For an exclusive cache it
/// lies in the owner's exclusive memory, since it holds addresses of objects there.
///
/// All zero is a valid magazine that is at once empty and full: it sends every caller to the slow
/// path.
struct Magazine {
    static constexpr std::uint32_t max_objects = 62;

    std::uint32_t count = 0;
    std::uint32_t capacity = 0;
    std::array<void*, max_objects> objects{};
    std::uint64_t unused = 0;

    constexpr bool empty() const { return count == 0; }
    constexpr bool full() const { return count >= capacity; }
    /// Precondition: not full.
    constexpr void push(void* object) { objects.data()[count++] = object; }
    /// Precondition: not empty.
    constexpr void* pop() { return objects.data()[--count]; }

    /// Half of what it may hold stays; the rest, which is to leave it. Valid until the next push.
    std::span<void* const> take_surplus() {
        const std::uint32_t kept = count < capacity / 2 ? count : capacity / 2;
        const std::uint32_t surplus = count - kept;
        count = kept;
        return {objects.data() + kept, surplus};
    }

    /// How many objects of `bytes` a magazine keeps: fewer large ones, so that idle stock stays
    /// small.
    static constexpr std::uint32_t capacity_for(std::size_t bytes) {
        return bytes <= 512 ? max_objects : bytes <= 1024 ? 30 : 14;
    }
};

static_assert(sizeof(Magazine) == 512, "eight magazines fill a page");

} // namespace mm
