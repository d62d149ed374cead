// SPDX-License-Identifier: MIT
// Host only: two threads at native speed, which finds ordering mistakes that one CPU cannot.
#include "net/wire/descriptor_ring.hpp"
#include "net/wire/wire.hpp"

#include "kernel/test/test.hpp"

#include <arch/cpu.hpp>

#include <atomic>
#include <thread>

namespace {

using net::Descriptor;
using net::PacketRing;
using net::PieceList;

// Packet n has 1 + n % 17 pieces, each naming n and its own place, so a torn or reordered packet shows.
constexpr std::size_t pieces_of(std::uint32_t n) { return 1 + n % net::max_packet_pieces; }

LACUNA_TEST("net.wire", "one thread sends, one receives: every packet once, whole, in order") {
    constexpr std::uint32_t packets = 200'000;
    PacketRing ring;
    std::thread sender([&ring] {
        for (std::uint32_t n = 0; n < packets;) {
            PieceList packet;
            for (std::size_t i = 0; i < pieces_of(n); ++i) {
                packet.append(Descriptor::of_frame(mm::Pfn{n}, i, 1 + i));
            }
            packet.end_packet();
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

struct NoMemory final : net::WireMemory {
    kernel::Result<std::byte*> allocate_slot() override { return kernel::fail(kernel::Error::OutOfMemory); }
    void free_slot(std::byte*) override {}
    void reclaim(mm::Pfn, mm::TransitTag) override {}
};

/// Notices a wake-up that is still under way when its end counts as closed.
struct MortalWaker final : net::Waker {
    void wake() override {
        ++begun;
        std::this_thread::yield();
        if (dead) ++late;
    }
    std::atomic<bool> dead{false};
    std::atomic<unsigned> begun{0};
    std::atomic<unsigned> late{0};
};

LACUNA_TEST("net.wire", "nobody is woken, or being woken, once the end is closed") {
    constexpr std::array packet{Descriptor::of_frame(mm::Pfn{7}, 0, 60)};
    NoMemory memory;
    unsigned woken = 0;
    unsigned late = 0;
    for (unsigned round = 0; round < 500; ++round) {
        net::Wire wire(mm::TransitTag{1}, memory);
        MortalWaker waker;
        wire.attach(net::Side::B, waker);
        std::thread sender([&] {
            arch::host::set_cpu(1);
            while (true) {
                const auto sent = wire.send(net::Side::A, packet);
                if (!sent && sent.error() == kernel::Error::Closed) return;
            }
        });
        while (waker.begun == 0) std::this_thread::yield();
        wire.close(net::Side::B);
        waker.dead = true;
        sender.join();
        woken += waker.begun;
        late += waker.late;
    }
    CHECK(woken >= 500);
    CHECK(late == 0);
}

} // namespace
