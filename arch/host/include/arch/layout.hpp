// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// The host twin of the kernel's layout: the same shape, in slots that a user process has to itself,
/// clear of the sanitizers' shadow memory, of the heap and of libraries.
namespace arch {

inline constexpr unsigned slot_shift = 39;
inline constexpr std::uint64_t slot_size = std::uint64_t{1} << slot_shift;
inline constexpr unsigned slot_count = 512;
inline constexpr unsigned kernel_half_slot = 64; ///< the first slot that the kernel shares

inline constexpr unsigned direct_map_slot = 64;
inline constexpr unsigned window_first_slot = 72;
inline constexpr unsigned window_slot_count = 3;
inline constexpr unsigned device_slot = 80;
inline constexpr unsigned workshop_slot = 81;
inline constexpr unsigned image_slot = 88;
inline constexpr unsigned kernel_image_entry = 510;
inline constexpr unsigned namespace_image_entry = 511;

constexpr std::uint64_t slot_base(unsigned slot) { return std::uint64_t{slot} << slot_shift; }
constexpr unsigned slot_of(std::uint64_t address) {
    return static_cast<unsigned>(address >> slot_shift) & (slot_count - 1);
}

constexpr std::uint64_t direct_map_base() { return slot_base(direct_map_slot); }
constexpr std::uint64_t window_base(unsigned slot) { return slot_base(slot); }

inline constexpr std::uint64_t device_base = slot_base(device_slot);
inline constexpr std::uint64_t workshop_base = slot_base(workshop_slot);
inline constexpr std::uint64_t kernel_image_base = slot_base(image_slot) + (std::uint64_t{kernel_image_entry} << 30);
inline constexpr std::uint64_t namespace_image_base =
    slot_base(image_slot) + (std::uint64_t{namespace_image_entry} << 30);
inline constexpr std::uint64_t max_physical = slot_size;

} // namespace arch
