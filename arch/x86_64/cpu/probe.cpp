// SPDX-License-Identifier: MIT
#include <arch/probe.hpp>

#include "arch/x86_64/cpu/probe_fixup.hpp"

extern "C" {
bool probe_load(const std::byte* from, std::byte* to);
bool probe_store(std::byte* to, std::byte value);
extern const std::byte probe_load_instruction[];
extern const std::byte probe_store_instruction[];
extern const std::byte probe_failed[];
}

namespace arch {

bool resume_probe(TrapFrame& frame) {
    const auto is_at = [&](const std::byte* label) { return frame.rip == reinterpret_cast<std::uint64_t>(label); };
    if (!is_at(probe_load_instruction) && !is_at(probe_store_instruction)) return false;
    frame.rip = reinterpret_cast<std::uint64_t>(probe_failed);
    return true;
}

std::size_t probe_read(mm::VirtAddr from, std::span<std::byte> to) {
    for (std::size_t i = 0; i < to.size(); ++i)
        if (!probe_load(reinterpret_cast<const std::byte*>(from.raw() + i), &to[i])) return i;
    return to.size();
}

bool probe_write(mm::VirtAddr to, std::byte value) {
    return probe_store(reinterpret_cast<std::byte*>(to.raw()), value);
}

} // namespace arch
