// SPDX-License-Identifier: MIT
#include "net/veth/frame_pbuf.hpp"

#include "mm/memory.hpp"
#include "net/links/link_state.hpp"
#include "net/lwip/instance.hpp"

#include <limits>
#include <memory>
#include <new>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

namespace {

/// What lwIP sees as a pbuf: its header, and behind it the frame that it stands for.
struct FramePbuf {
    pbuf_custom header; // first, so that lwIP's pointer is ours
    PacketFrame frame;
};

/// The cache is everybody's; the objects are each namespace's own.
constinit mm::ExclusiveCache cache;

void free_frame_pbuf(pbuf* p) {
    auto* ours = reinterpret_cast<FramePbuf*>(p);
    link_state->frames.put(std::move(ours->frame));
    std::destroy_at(ours);
    cache.free(*instance.domain, ours);
}

Result<pbuf*> wrap_piece(PacketPiece& piece) {
    void* memory = TRY(cache.alloc(*instance.domain));
    auto* ours = new (memory)
        FramePbuf{.header = {.pbuf = {}, .custom_free_function = &free_frame_pbuf}, .frame = std::move(piece.frame)};
    const auto bytes = ours->frame.bytes().subspan(piece.extent.begin, piece.extent.size());
    const auto length = static_cast<u16_t>(bytes.size());
    // PBUF_REF: the header is not in front of the data, and lwIP may not grow it backwards.
    return pbuf_alloced_custom(PBUF_RAW, length, PBUF_REF, &ours->header, bytes.data(), length);
}

} // namespace

Result<> prepare_frame_pbufs() {
    if (cache) return {};
    cache = TRY(kernel::memory().slabs().create_exclusive(
        {.name = "frame_pbuf", .size = sizeof(FramePbuf), .align = alignof(FramePbuf)}));
    return {};
}

Result<pbuf*> wrap(Packet& packet) {
    if (packet.empty() || packet.bytes() > std::numeric_limits<u16_t>::max()) {
        packet.recycle(link_state->frames);
        return fail(Error::InvalidArgument);
    }
    // From the last piece to the first, because each pbuf says how long the rest is that begins with it.
    pbuf* chain = nullptr;
    for (std::size_t left = packet.size(); left > 0; --left) {
        auto first = wrap_piece(packet.pieces()[left - 1]);
        if (!first) [[unlikely]] {
            if (chain != nullptr) pbuf_free(chain);
            packet.recycle(link_state->frames);
            return first;
        }
        if (chain != nullptr) {
            (*first)->next = chain;
            (*first)->tot_len = static_cast<u16_t>((*first)->tot_len + chain->tot_len);
        }
        chain = *first;
    }
    packet.clear();
    return chain;
}

} // namespace net
