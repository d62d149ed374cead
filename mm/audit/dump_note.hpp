// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "mm/frame_table.hpp"
#include "mm/scheme.hpp"

namespace mm {

/// A note for a checker outside the machine (tools/lacuna_tool/dump), which has only a dump of physical memory and the
/// kernel's ELF file. It stands at the symbol `lacuna_dump_note`.
struct DumpNote {
    std::uint64_t magic = 0; ///< dump_note_magic once the rest is right
    std::uint64_t frames_address = 0;
    std::uint64_t frame_count = 0;
    std::uint64_t frame_size = 0;
    std::uint64_t scheme = 0; ///< mm::Scheme, which says what rules hold
};

/// "LACUNAFT" as bytes in memory.
inline constexpr std::uint64_t dump_note_magic = 0x5446'414e'5543'414c;

/// Says where `table` is, and how exclusive memory is mapped. Called once, when the table is ready.
void publish_dump_note(const FrameTable& table, Scheme scheme);

} // namespace mm
