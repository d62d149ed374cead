// SPDX-License-Identifier: MIT
#include "net/handover/frame_fill.hpp"

#include "kernel/base/assert.hpp"
#include "kernel/base/mutant.hpp"

#include <cstdint>
#include <cstring>

namespace net {

namespace {

/// Whether an Ethernet frame carries IPv4, or nothing that a stack looks at: its headers were cleared already.
bool is_ip4_or_cleared(const std::byte* frame) {
    return (frame[12] & ~std::byte{0x08}) == std::byte{0} && frame[13] == std::byte{0};
}

} // namespace

void clear_outside(FrameBytes frame, Extent dirty, Extent packet) {
    if (kernel::mutant(kernel::Mutant::SkipTailZero)) return;
    if (packet.begin <= dirty.begin && dirty.end <= packet.end) [[likely]]
        return;
    for (const Extent& stale : outside(dirty, packet)) {
        if (!stale.empty()) std::memset(frame.data() + stale.begin, 0, stale.size());
    }
}

void clear_headers(FrameBytes frame, Extent packet) {
    // Ethernet, and the longest IPv4 and TCP headers: 134. Of anything else, who knows how far they reach: an IPv6
    // fragment's may stand behind options.
    constexpr std::size_t headers = 136;
    std::byte* const front = frame.data() + packet.begin;
    if (packet.size() >= headers && is_ip4_or_cleared(front)) [[likely]] {
#pragma clang loop unroll(full)
        for (std::size_t at = 0; at < headers; at += sizeof(std::uint64_t)) {
            constexpr std::uint64_t zero = 0;
            __builtin_memcpy(front + at, &zero, sizeof zero);
        }
    } else {
        std::memset(front, 0, packet.size());
    }
}

void fill_frame(FrameBytes frame, Extent dirty, Extent packet, PacketSource& source) {
    kernel::ensure(packet.end <= frame.size(), "a packet's piece lies within one frame");
    clear_outside(frame, dirty, packet);
    source.read(frame.subspan(packet.begin, packet.size()));
}

bool only_packet(std::span<const std::byte> frame, Extent packet) {
    for (std::size_t i = 0; i < frame.size(); ++i) {
        const bool inside = packet.begin <= i && i < packet.end;
        if (!inside && frame[i] != std::byte{0}) return false;
    }
    return true;
}

} // namespace net
