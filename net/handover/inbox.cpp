// SPDX-License-Identifier: MIT
#include "net/handover/inbox.hpp"

namespace net {

using kernel::fail;
using kernel::Result;

Result<PacketFrame> Inbox::begin(PacketFrames& frames, PacketFrame&& whole, const Descriptor& piece) {
    const auto shared = frames.store().share(whole);
    if (!shared) {
        frames.put(std::move(whole));
        return fail(shared.error());
    }
    block_ = *shared;
    return take(frames, piece);
}

void Inbox::leave(PacketFrames& frames) {
    if (block_ == nullptr) return;
    block_->whole.set_received(hull(block_->whole.dirty(), {0, end_}));
    SharedBlock& block = *block_;
    block_ = nullptr;
    frames.leave(block);
}

bool Inbox::missed(const Descriptor& piece) {
    if (missed_ != piece.pfn()) {
        missed_.reset();
        return false;
    }
    if (piece.block == Block::Left) missed_.reset();
    return true;
}

} // namespace net
