// SPDX-License-Identifier: MIT
#pragma once

#include "mm/addr.hpp"
#include "net/handover/extent.hpp"
#include "net/handover/packet_source.hpp"

#include <cstddef>
#include <span>

namespace net {

/// The bytes of one frame or block, as its owner sees them.
using FrameBytes = std::span<std::byte>;

/// Zeroes what lies in `dirty` and outside `packet`: afterwards nothing but the packet is in the frame,
/// if nothing was outside `dirty` before. Costs the tail of the last packet, not a page.
void clear_outside(FrameBytes frame, Extent dirty, Extent packet);

/// Zeroes the headers of an Ethernet frame, where a TCP/IP stack writes notes of its own over what it has read (lwIP's
/// reassembly keeps pointers there): the front of IPv4, all of anything else.
void clear_headers(FrameBytes frame, Extent packet);

/// Copies the next packet.size() bytes of `source` to `packet`, and clears what is left of `dirty`
/// around them. Precondition: packet lies in the frame; source has that much left.
void fill_frame(FrameBytes frame, Extent dirty, Extent packet, PacketSource& source);

/// Whether every byte outside `packet` is zero. For assertions in tests: it reads the whole frame.
bool only_packet(std::span<const std::byte> frame, Extent packet);

} // namespace net
