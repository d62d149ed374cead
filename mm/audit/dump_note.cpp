// SPDX-License-Identifier: MIT
#include "mm/audit/dump_note.hpp"

#include <atomic>
#include <cstddef>

/// Not in the namespace: its name is what the checker looks for.
extern "C" {
[[gnu::used]] mm::DumpNote lacuna_dump_note;
}

namespace mm {

void publish_dump_note(const FrameTable& table, Scheme scheme) {
    lacuna_dump_note.frames_address = reinterpret_cast<std::uintptr_t>(table.all().data());
    lacuna_dump_note.frame_count = table.size().raw();
    lacuna_dump_note.frame_size = sizeof(Frame);
    lacuna_dump_note.scheme = static_cast<std::uint64_t>(scheme);
    // Ordering: a dump may be taken at any moment; the magic number vouches for the fields before it.
    std::atomic_signal_fence(std::memory_order_release);
    lacuna_dump_note.magic = dump_note_magic;
}

static_assert(Scheme::Window == Scheme{0} && Scheme::Clone == Scheme{1} && Scheme::Keyed == Scheme{2} &&
                  Scheme::InPlace == Scheme{3},
              "tools/lacuna_tool/dump/frames.py reads it");
static_assert(offsetof(Frame, owner) == 8 && offsetof(Frame, state) == 10 && offsetof(Frame, flags) == 12,
              "tools/lacuna_tool/dump/frames.py reads these");

} // namespace mm
