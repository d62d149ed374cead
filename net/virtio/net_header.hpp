// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/extent.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

/// The framing of a virtio network device (Virtio 1.2, §5.1.6).
namespace net::virtio {

/// struct virtio_net_hdr with VERSION_1: in front of every packet. All zero when no offload is negotiated.
inline constexpr std::size_t net_header_bytes = 12;
inline constexpr std::uint64_t net_feature_mac = std::uint64_t{1} << 5; ///< VIRTIO_NET_F_MAC
inline constexpr std::uint16_t receive_queue = 0;
inline constexpr std::uint16_t transmit_queue = 1;

/// Ethernet with an MTU of 1500, and a VLAN tag that somebody may have put in.
inline constexpr std::size_t min_frame_bytes = 14;
inline constexpr std::size_t max_frame_bytes = 14 + 4 + 1500;

/// Where the packet lies in a receive buffer of which the device says to have written `written` bytes;
/// nothing if that is no Ethernet frame.
constexpr std::optional<Extent> received_extent(std::size_t written) {
    if (written < net_header_bytes + min_frame_bytes) return std::nullopt;
    if (written > net_header_bytes + max_frame_bytes) return std::nullopt;
    return Extent{net_header_bytes, written};
}

static_assert(!received_extent(0) && !received_extent(25) && !received_extent(4096));
static_assert(received_extent(12 + 60) == Extent{12, 72});

} // namespace net::virtio
