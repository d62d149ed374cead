// SPDX-License-Identifier: MIT
#include "net/handover/packet_frames.hpp"

namespace net {

using kernel::Result;

PacketFrame PacketFrames::pop() {
    auto stock = stock_.lock();
    if (stock->count == 0) return {};
    return std::move(stock->frames[--stock->count]);
}

PacketFrame PacketFrames::take_spent(mm::TransitTag wire) {
    auto stock = stock_.lock();
    if (stock->count <= reserve || stock->frames[stock->count - 1].source() != wire) return {};
    return std::move(stock->frames[--stock->count]);
}

Result<PacketFrame> PacketFrames::take() {
    if (PacketFrame frame = pop()) return frame;
    return store_->allocate();
}

void PacketFrames::put(PacketFrame&& frame) {
    {
        auto stock = stock_.lock();
        if (stock->count < capacity) {
            stock->frames[stock->count++] = std::move(frame);
            return;
        }
    }
    store_->free(std::move(frame));
}

void PacketFrames::drain() {
    while (PacketFrame frame = pop()) store_->free(std::move(frame));
}

} // namespace net
