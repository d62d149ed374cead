// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mm {

/// What a check of a slab object can find.
enum class CorruptionKind : std::uint8_t {
    Overrun,      ///< the guard word behind the object was written
    Underrun,     ///< the guard words before the object were written
    UseAfterFree, ///< a free object was written
    DoubleFree,   ///< a free object was freed
    BadState,     ///< the words that say whether the object is free are damaged
};

std::string_view name(CorruptionKind kind);

struct Corruption {
    CorruptionKind kind;
    std::string_view cache;
    const void* object;    ///< first byte of the object concerned
    std::ptrdiff_t offset; ///< of the first bad byte from there
};

/// Receives a report with a slab lock held: it must neither allocate nor free. If it returns, the
/// object is repaired, and a double free is ignored.
using CorruptionHandler = void (*)(const Corruption&);

/// Says who receives reports; returns who did. The default panics, naming cache and object.
CorruptionHandler set_corruption_handler(CorruptionHandler handler);

void report(const Corruption& corruption);

} // namespace mm
