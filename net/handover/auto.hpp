// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/handover.hpp"

#include <atomic>
#include <cstddef>

namespace net {

/// Copy below a size, Remap from it on. Copying costs by the byte, on both sides; changing owners costs by the
/// frame: two page-table writes and a flush, whatever is in it.
struct Auto {
    static constexpr mm::HandoverPolicy policy = mm::HandoverPolicy::Auto;
    static kernel::Result<> send(WireEnd end, Outbox& outbox, PacketSource& source);
    static kernel::Result<> forward(WireEnd end, Outbox& outbox, Packet& packet);

    /// Sets the smallest packet that is remapped, in bytes. Any thread; for packets sent from here on.
    static void set_threshold(std::size_t bytes) { threshold_.store(bytes, std::memory_order_relaxed); }
    static std::size_t threshold() { return threshold_.load(std::memory_order_relaxed); }

private:
    static constinit inline std::atomic<std::size_t> threshold_{mm::Policies{}.handover_threshold};
};

} // namespace net
