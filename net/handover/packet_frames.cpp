// SPDX-License-Identifier: MIT
#include "net/handover/packet_frames.hpp"

#include "net/handover/shared_block.hpp"

namespace net {

using kernel::Result;

PacketFrame PacketFrames::take_spent(mm::TransitTag wire, BlockClass size) {
    auto stock = stock_.lock();
    const Shelf shelf = stock->shelf(size);
    if (shelf.count <= kept_of(size)) return {};
    PacketFrame& last = shelf.frames[shelf.count - 1];
    if (last.source() != wire) return {};
    --shelf.count;
    return std::move(last);
}

Result<PacketFrame> PacketFrames::take(BlockClass size) {
    PacketFrame frame;
    if (take_stocked(size, frame)) return frame;
    return allocate(size);
}

Result<PacketFrame> PacketFrames::allocate(BlockClass size) {
    auto made = store_->allocate(order_of(size));
    if (!made && drain_for(made.error())) [[unlikely]]
        made = store_->allocate(order_of(size));
    return made;
}

void PacketFrames::put_elsewhere(PacketFrame&& frame) {
    SharedBlock* const block = frame.block();
    if (block == nullptr) return store_->free(frame.release().first);
    // Stacks write notes over headers, and nobody knows later where in the block they are. Those of a whole block are
    // cleared if it goes back to its sender (receive.cpp).
    clear_headers(frame.bytes(), frame.dirty());
    frame.forget();
    leave(*block);
}

void PacketFrames::leave(SharedBlock& block) {
    // Ordering: release, so that what this user did to its part is done for the one who finds that it is the last;
    // acquire for that one.
    if (block.users.fetch_sub(1, std::memory_order_acq_rel) == 1) put(store_->unshare(block));
}

bool PacketFrames::drain() {
    bool any = false;
    for (std::size_t size = 0; size < block_classes; ++size) {
        for (PacketFrame frame; take_stocked(static_cast<BlockClass>(size), frame); any = true)
            store_->free(frame.release().first);
    }
    return any;
}

} // namespace net
