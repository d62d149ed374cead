// SPDX-License-Identifier: MIT
// Host only: two threads at native speed, which finds ordering mistakes that one CPU cannot.
#include "net/wire/descriptor_ring.hpp"

#include "kernel/test/test.hpp"

#include <thread>

namespace {

using net::Descriptor;
using net::DescriptorRing;
using net::PieceList;

// Packet n has 1 + n % 17 pieces, each naming n and its own place, so a torn or reordered packet shows.
constexpr std::size_t pieces_of(std::uint32_t n) { return 1 + n % net::max_packet_pieces; }

LACUNA_TEST("net.wire", "one thread sends, one receives: every packet once, whole, in order") {
    constexpr std::uint32_t packets = 200'000;
    DescriptorRing ring;
    std::thread sender([&ring] {
        for (std::uint32_t n = 0; n < packets;) {
            PieceList packet;
            for (std::size_t i = 0; i < pieces_of(n); ++i) {
                packet.append(Descriptor::of_frame(mm::Pfn{n}, i, 1 + i));
            }
            if (ring.push(packet.pieces())) {
                ++n;
            } else {
                std::this_thread::yield();
            }
        }
    });
    std::uint32_t wrong = 0;
    for (std::uint32_t n = 0; n < packets;) {
        PieceList packet;
        if (!ring.pop(packet)) {
            std::this_thread::yield();
            continue;
        }
        if (packet.size() != pieces_of(n)) ++wrong;
        for (std::size_t i = 0; i < packet.size(); ++i) {
            const Descriptor& piece = packet.pieces()[i];
            if (piece.index != n || piece.offset != i || piece.length != 1 + i) ++wrong;
        }
        ++n;
    }
    sender.join();
    CHECK(wrong == 0);
    CHECK(ring.empty());
}

} // namespace
