// SPDX-License-Identifier: MIT
#pragma once

#include "mm/addr.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

/// The formats of a split virtqueue (Virtio 1.2, §2.7.5 to §2.7.8), little-endian as the machine.
namespace net::virtio {

inline constexpr std::uint16_t max_queue_size = 256;

struct RingDescriptor {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags;
    std::uint16_t next;
};
inline constexpr std::uint16_t descriptor_next = 1;  ///< VIRTQ_DESC_F_NEXT
inline constexpr std::uint16_t descriptor_write = 2; ///< VIRTQ_DESC_F_WRITE: the device writes

struct AvailableRing {
    std::uint16_t flags;
    std::uint16_t index;
    std::array<std::uint16_t, max_queue_size> ring;
};
inline constexpr std::uint16_t available_no_interrupt = 1; ///< VIRTQ_AVAIL_F_NO_INTERRUPT

struct UsedElement {
    std::uint32_t id;
    std::uint32_t length;
};
struct UsedRing {
    std::uint16_t flags;
    std::uint16_t index;
    std::array<UsedElement, max_queue_size> ring;
};
inline constexpr std::uint16_t used_no_notify = 1; ///< VIRTQ_USED_F_NO_NOTIFY

static_assert(sizeof(RingDescriptor) == 16 && sizeof(UsedElement) == 8);
static_assert(offsetof(AvailableRing, ring) == 4 && offsetof(UsedRing, ring) == 4);

/// One queue's rings share a block of two frames:
///
///     0        descriptor table   256 * 16
///     4096     available ring     4 + 256 * 2
///     5120     used ring          4 + 256 * 8
///     7680     spare
inline constexpr std::uint64_t available_offset = max_queue_size * sizeof(RingDescriptor);
inline constexpr std::uint64_t used_offset = available_offset + 1024;
inline constexpr std::uint64_t spare_offset = used_offset + 2560; ///< zeros that nobody writes
inline constexpr mm::Order ring_order{1};
inline constexpr std::uint64_t ring_bytes = ring_order.bytes();
static_assert(sizeof(AvailableRing) <= used_offset - available_offset);
static_assert(used_offset + sizeof(UsedRing) <= spare_offset && spare_offset + 512 <= ring_bytes);

/// The three rings of one queue, in memory shared with the device.
struct Rings {
    RingDescriptor* descriptors;
    AvailableRing* available;
    UsedRing* used;
};

} // namespace net::virtio
