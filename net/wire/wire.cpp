// SPDX-License-Identifier: MIT
#include "net/wire/wire.hpp"

#include "kernel/base/assert.hpp"

#include <arch/cpu.hpp>

#include <optional>

namespace net {

using kernel::Error;

Wire::~Wire() {
    for (Side side : {Side::A, Side::B}) {
        close(side);
        // A sender that passed the check in send() while close() ran has put its packet here since.
        drain(side);
    }
}

void Wire::attach(Side side, Waker& waker, Packing packing) {
    kernel::ensure(!attached(side), "a wire's end has one receiver");
    ends_[index(side)].packing.store(packing, std::memory_order_relaxed);
    ends_[index(side)].waker.store(&waker);
}

void Wire::close(Side side) {
    End& end = ends_[index(side)];
    if (end.gone.exchange(true)) return;
    end.waker.store(nullptr);
    // A sender on another CPU may be inside wake(); the waker may go away once we return.
    while (end.wakers_running.load() != 0) arch::pause();
    drain(side);
    wake(other(side));
}

void Wire::refuse(Side to, PieceList& packet) {
    add(toward(to).counters.refused, 1);
    discard(to, packet.pieces());
    packet.clear();
}

void Wire::discard(Side to, std::span<const Descriptor> pieces) {
    const Descriptor* before = nullptr;
    for (const Descriptor& piece : pieces) {
        if (piece.carrier == Carrier::Bounce) {
            bounce(to).release(static_cast<std::uint32_t>(piece.index));
        } else if (before == nullptr || before->carrier != Carrier::Frame || before->index != piece.index) {
            memory_.reclaim(piece.pfn(), tag_);
        }
        before = &piece;
    }
}

void Wire::wake(Side side) {
    // Not preempted in between, so that close() has at most another CPU to wait for.
    arch::PreemptGuard guard;
    End& end = ends_[index(side)];
    // Ordering: sequentially consistent, as in close(): either we see the waker gone, or close() sees
    // us running and waits.
    end.wakers_running.fetch_add(1);
    if (Waker* waker = end.waker.load()) waker->wake();
    end.wakers_running.fetch_sub(1);
}

void Wire::drain(Side side) {
    drain(side, toward(side).ring);
    drain(side, toward(other(side)).spent);
}

template <class Ring>
void Wire::drain(Side side, Ring& ring) {
    PieceList packet;
    std::optional<mm::Pfn> last; // packets that share a block lie side by side
    while (true) {
        auto popped = ring.pop(packet);
        if (!popped && popped.error() == Error::WouldBlock) return;
        for (const Descriptor& piece : packet.pieces()) {
            if (piece.carrier == Carrier::Frame) {
                if (last == piece.pfn()) continue;
                last = piece.pfn();
                add(toward(side).counters.reclaimed, 1);
            }
            discard(side, {&piece, 1});
        }
    }
}

} // namespace net
