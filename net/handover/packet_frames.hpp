// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "net/handover/frame_store.hpp"

#include <array>
#include <cstddef>

namespace net {

/// A namespace's stock of packet frames. Frames that come in with packets go out with others, so a
/// balanced conversation allocates nothing; and a frame in the stock keeps its last packet, so that only
/// what the next one does not cover has to be zeroed.
///
/// Lies in the namespace's own memory. Context: threads of the namespace, any number at a time.
class PacketFrames {
public:
    /// Frames kept; what comes on top goes back to the store at once.
    static constexpr std::size_t capacity = 120;
    /// What of them is kept for this namespace's own packets when others are given back to a sender.
    static constexpr std::size_t reserve = 24;

    constexpr PacketFrames() = default;

    /// Sets where frames come from. Once, before the first use.
    void bind(FrameStore& store) { store_ = &store; }
    FrameStore& store() const { return *store_; }

    /// A frame to put a packet in. Errors: OutOfMemory, DomainLimit.
    kernel::Result<PacketFrame> take();
    /// The same out of the stock only; empty if there is none.
    PacketFrame take_stocked() { return pop(); }
    /// A frame that there is no need for and that holds nothing but what `wire` brought; empty if there is none
    /// at hand.
    PacketFrame take_spent(mm::TransitTag wire);
    /// Gives a frame back with its content. Its `dirty` extent must be right.
    void put(PacketFrame&& frame);
    /// Gives the whole stock back to the store, as before the namespace goes.
    void drain();

    /// Frames in stock; a snapshot.
    std::size_t stocked() { return stock_.unlocked().count; }

private:
    struct Stock {
        std::array<PacketFrame, capacity> frames{};
        std::size_t count = 0;
    };

    PacketFrame pop();

    FrameStore* store_ = nullptr;
    kernel::SpinLocked<Stock, kernel::Rank::Devices> stock_;
};

} // namespace net
