// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// The kernel half of the virtual address space, by top-level (PML4) slot of 512 GiB. The host's
/// twin answers the same questions with bases in its own process.
///
///     slot 256       0xffff800000000000  direct map: all RAM, minus what is exclusive
///     slot 320..322  0xffffa00000000000  windows, one slot for each kind of domain
///     slot 352       0xffffb00000000000  device registers
///     slot 353       0xffffb08000000000  a CPU's workshop, in a page table of its own
///     slot 511       0xffffffff80000000  kernel image   (PDPT entry 510)
///                    0xffffffffc0000000  lwIP's state   (PDPT entry 511, per network namespace)
namespace arch {

inline constexpr unsigned slot_shift = 39;
inline constexpr std::uint64_t slot_size = std::uint64_t{1} << slot_shift;
inline constexpr unsigned slot_count = 512;
inline constexpr unsigned kernel_half_slot = 256; ///< the first slot of the kernel's half

inline constexpr unsigned direct_map_slot = 256;
inline constexpr unsigned window_first_slot = 320;
inline constexpr unsigned window_slot_count = 3;
inline constexpr unsigned device_slot = 352;
inline constexpr unsigned workshop_slot = 353;
inline constexpr unsigned image_slot = 511;
inline constexpr unsigned kernel_image_entry = 510;    ///< of the image slot's PDPT
inline constexpr unsigned namespace_image_entry = 511; ///< of the image slot's PDPT

/// The first address of a top-level slot, in canonical form.
constexpr std::uint64_t slot_base(unsigned slot) {
    const std::uint64_t address = std::uint64_t{slot} << slot_shift;
    return slot >= kernel_half_slot ? address | 0xffff'0000'0000'0000 : address;
}

/// The top-level slot that an address lies in.
constexpr unsigned slot_of(std::uint64_t address) {
    return static_cast<unsigned>(address >> slot_shift) & (slot_count - 1);
}

constexpr std::uint64_t direct_map_base() { return slot_base(direct_map_slot); }
/// The window of the domain kind that owns top-level slot `slot`.
constexpr std::uint64_t window_base(unsigned slot) { return slot_base(slot); }

inline constexpr std::uint64_t device_base = slot_base(device_slot);
inline constexpr std::uint64_t workshop_base = slot_base(workshop_slot);
inline constexpr std::uint64_t kernel_image_base = 0xffff'ffff'8000'0000;
inline constexpr std::uint64_t namespace_image_base = 0xffff'ffff'c000'0000;
/// RAM above this has no place in a slot and is left unused.
inline constexpr std::uint64_t max_physical = slot_size;

static_assert(slot_base(direct_map_slot) == 0xffff'8000'0000'0000);
static_assert(slot_base(window_first_slot) == 0xffff'a000'0000'0000);
static_assert(slot_base(device_slot) == 0xffff'b000'0000'0000);
static_assert(slot_of(kernel_image_base) == image_slot && slot_of(namespace_image_base) == image_slot);

} // namespace arch
