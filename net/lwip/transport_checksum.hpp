// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace net {

/// Computes the TCP or UDP checksum (RFC 9293 section 3.1, RFC 768, RFC 8200 section 8.1) of the packet in an
/// Ethernet frame and stores it where it belongs, whatever was there. For frames whose sender left that to
/// whoever sends them out of the machine.
///
/// Leaves alone what it cannot or need not complete: other protocols, fragments, IPv6 packets with extension
/// headers, headers that contradict the frame's length. The frame is in one piece.
void complete_transport_checksum(std::span<std::byte> ethernet_frame);

} // namespace net
