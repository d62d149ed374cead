// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/packet_frame.hpp"

#include <atomic>
#include <cstdint>

namespace net {

/// A block that brought several packets, each of which may be freed at any time by any thread of the namespace. Whoever
/// holds a part of it is one of its users; the last one gives the block to the namespace's stock. Lies in the
/// namespace's own memory.
struct SharedBlock {
    PacketFrame whole;
    std::atomic<std::uint32_t> users;
};

} // namespace net
