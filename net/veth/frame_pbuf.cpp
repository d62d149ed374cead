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

void free_frame_pbuf(pbuf* p);

/// What lwIP sees as a pbuf: its header, and behind it the frame that it stands for.
struct FramePbuf {
    explicit FramePbuf(PacketFrame&& whole) : frame(std::move(whole)) {
        header.custom_free_function = &free_frame_pbuf; // the rest is lwIP's to fill in
    }
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

/// `bytes`: of what comes behind the piece, and then of it as well.
Result<pbuf*> wrap_piece(PacketPiece& piece, std::size_t& bytes) {
    bytes += piece.extent.size();
    if (bytes > std::numeric_limits<u16_t>::max()) return fail(Error::InvalidArgument);
    void* memory = TRY(cache.alloc(*instance.domain));
    const auto content = piece.bytes();
    const auto length = static_cast<u16_t>(content.size());
    auto* ours = new (memory) FramePbuf(std::move(piece.frame));
    // PBUF_REF: the header is not in front of the data, and lwIP may not grow it backwards.
    pbuf* const p = pbuf_alloced_custom(PBUF_RAW, length, PBUF_REF, &ours->header, content.data(), length);
    p->tot_len = static_cast<u16_t>(bytes);
    return p;
}

} // namespace

Result<> prepare_frame_pbufs() {
    if (cache) return {};
    cache = TRY(kernel::memory().slabs().create_exclusive(
        {.name = "frame_pbuf", .size = sizeof(FramePbuf), .align = alignof(FramePbuf)}));
    return {};
}

Result<pbuf*> wrap(Packet& packet) {
    kernel::ensure(!packet.empty(), "a packet has a piece");
    // From the last piece to the first, because each pbuf says how long the rest is that begins with it.
    pbuf* chain = nullptr;
    std::size_t bytes = 0;
    std::size_t left = packet.size();
    do {
        auto first = wrap_piece(packet.pieces()[--left], bytes);
        if (!first) [[unlikely]] {
            if (chain != nullptr) pbuf_free(chain);
            packet.recycle(link_state->frames);
            return first;
        }
        (*first)->next = chain;
        chain = *first;
    } while (left > 0);
    packet.clear();
    return chain;
}

} // namespace net
