// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/frame.hpp"
#include "net/wire/bounce_buffer.hpp"
#include "net/wire/descriptor_ring.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace net {

/// The two ends of a wire.
enum class Side : std::uint8_t { A, B };
constexpr Side other(Side side) { return side == Side::A ? Side::B : Side::A; }

/// Something a wire can wake: the receive thread of the namespace at one end. A shared object, called
/// from the other namespace's thread; it must not block and must not touch exclusive memory.
class Waker {
public:
    virtual void wake() = 0;

protected:
    ~Waker() = default;
};

/// What a wire needs of the memory system.
class WireMemory : public SlotMemory {
public:
    /// Takes back a block that nobody will receive any more: zeroes and frees it if it really is in transit
    /// on `wire`, ignores it otherwise, since the claim comes out of shared memory. Called by the thread
    /// that tears an end down, or that refuses a packet.
    virtual void reclaim(mm::Pfn first, mm::TransitTag wire) = 0;

protected:
    ~WireMemory() = default;
};

/// What one direction of a wire has seen. Counts since creation.
struct WireCounters {
    std::atomic<std::uint64_t> packets{0};   ///< pushed whole
    std::atomic<std::uint64_t> bytes{0};     ///< of those packets
    std::atomic<std::uint64_t> ring_full{0}; ///< packets that did not fit; nothing of them crossed
    std::atomic<std::uint64_t> refused{0};   ///< packets the receiver found ill-formed or not its own
    std::atomic<std::uint64_t> reclaimed{0}; ///< blocks in flight when an end went away
};

/// How packets for one end of a wire may lie in the blocks that bring them.
enum class Packing : std::uint8_t {
    Alone,    ///< each in blocks of its own: the receiver passes whole blocks on, as a bridge does
    Together, ///< several in a block, one behind the other
};

/// Two descriptor rings each way between two network namespaces, in shared memory: packets, and the blocks that carried
/// them, which go back. It holds frame numbers and
/// counters, never a pointer into either namespace and never a byte of a packet (but for the bounce
/// buffer, which is what the `copy` policy is).
///
/// Context: threads. Each ring has one producer and one consumer. Of packets: the sender, under its stack's core lock,
/// and the receiver's receive thread, the task that stands in for that, or whoever closes that end after stopping
/// both. Of blocks that go back: the reverse.
class Wire {
public:
    /// `tag`: not 0, and no other wire's in this boot.
    Wire(mm::TransitTag tag, WireMemory& memory)
        : tag_(tag), memory_(memory), directions_{Direction{memory}, Direction{memory}} {}
    /// Both ends are closed or were never attached. Reclaims what is left in flight.
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    mm::TransitTag tag() const { return tag_; }

    /// Declares who receives at `side`, and how. Precondition: `waker` outlives `close(side)`.
    void attach(Side side, Waker& waker, Packing packing = Packing::Together);
    /// The end goes away, or never comes: no wake-ups any more, later sends towards it fail with Closed, and what is in
    /// flight towards it is reclaimed. The peer is woken, so that it notices. Idempotent.
    void close(Side side);
    /// True between `attach` and `close`.
    bool attached(Side side) const { return ends_[index(side)].waker.load() != nullptr; }
    /// True from `close` on: nobody will be there again.
    bool gone(Side side) const { return ends_[index(side)].gone.load(); }
    /// How packets for `side` may lie in their blocks.
    Packing packing(Side side) const { return ends_[index(side)].packing.load(std::memory_order_relaxed); }

    /// Puts whole packets on the wire and wakes the receiver. The blocks must be in transit on this wire
    /// already: once this returns success they are no longer the sender's to touch.
    /// Errors: NoSpace (counted), Closed, InvalidArgument; then nothing was sent.
    kernel::Result<> send(Side from, std::span<const Descriptor> pieces);
    /// Promises that `pieces` will fit: room only grows until the one producer uses it. Lets
    /// the sender find out before it has copied or unmapped anything. Errors: NoSpace (counted), Closed.
    kernel::Result<> reserve(Side from, std::size_t pieces);

    /// Takes one packet. Errors: WouldBlock; Refused (counted): `packet` is no packet, and what frames
    /// it named in vain have been reclaimed.
    kernel::Result<> receive(Side to, PieceList& packet);
    bool pending(Side to) const { return !toward(to).ring.empty(); }

    /// How many used blocks `from` may give back to the other side now.
    std::size_t room_for_spent(Side from) const { return attached(other(from)) ? toward(from).spent.room() : 0; }
    /// Gives a block back to the side that it came from, for its next packets: in transit, and holding nothing
    /// but zeros and what that side sent. Precondition: room_for_spent(from) > 0. Nobody is woken.
    /// Error: InvalidArgument for an ill-formed piece.
    kernel::Result<> give_back(Side from, const Descriptor& block) {
        TRY(toward(from).spent.push({&block, 1}));
        return {};
    }
    /// Takes a block that was given back to `to`. Errors: WouldBlock; Refused: an ill-formed claim, which is lost.
    kernel::Result<Descriptor> take_back(Side to) { return toward(other(to)).spent.pop_single(); }

    /// Gives pieces back to whom they belong: their blocks to the allocator, slots to the buffer.
    void discard(Side to, std::span<const Descriptor> pieces);
    /// Counts a packet that the receiver could not accept.
    void count_refused(Side to) { add(toward(to).counters.refused, 1); }

    BounceBuffer& bounce(Side to) { return toward(to).bounce; }
    const WireCounters& counters(Side to) const { return toward(to).counters; }

private:
    struct Direction {
        explicit Direction(WireMemory& memory) : bounce(memory) {}
        PacketRing ring; ///< packets
        SpentRing spent; ///< the other way: blocks that carried them, one by one
        BounceBuffer bounce;
        WireCounters counters;
    };
    struct End {
        std::atomic<Waker*> waker{nullptr};
        std::atomic<std::uint32_t> wakers_running{0};
        std::atomic<bool> gone{false};
        std::atomic<Packing> packing{Packing::Together};
    };

    static constexpr std::size_t index(Side side) { return static_cast<std::size_t>(side); }
    static void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) {
        counter.fetch_add(n, std::memory_order_relaxed);
    }
    Direction& toward(Side side) { return directions_[index(side)]; }
    const Direction& toward(Side side) const { return directions_[index(side)]; }
    void refuse(Side to, PieceList& packet);
    void wake(Side side);
    void drain(Side side);
    template <class Ring>
    void drain(Side side, Ring& ring);

    mm::TransitTag tag_;
    WireMemory& memory_;
    std::array<Direction, 2> directions_;
    std::array<End, 2> ends_;
};

// Inline: on every packet's way.

inline kernel::Result<> Wire::send(Side from, std::span<const Descriptor> pieces) {
    const Side to = other(from);
    if (!attached(to)) return kernel::fail(kernel::Error::Closed);
    Direction& direction = toward(to);
    const auto pushed = direction.ring.push(pieces);
    if (!pushed) {
        if (pushed.error() == kernel::Error::NoSpace) add(direction.counters.ring_full, 1);
        return kernel::fail(pushed.error());
    }
    add(direction.counters.packets, pushed->packets);
    add(direction.counters.bytes, pushed->bytes);
    wake(to);
    return {};
}

inline kernel::Result<> Wire::reserve(Side from, std::size_t pieces) {
    const Side to = other(from);
    if (!attached(to)) return kernel::fail(kernel::Error::Closed);
    if (toward(to).ring.room() >= pieces) return {};
    add(toward(to).counters.ring_full, 1);
    return kernel::fail(kernel::Error::NoSpace);
}

inline kernel::Result<> Wire::receive(Side to, PieceList& packet) {
    auto popped = toward(to).ring.pop(packet);
    if (!popped && popped.error() == kernel::Error::Refused) [[unlikely]]
        refuse(to, packet);
    return popped;
}

} // namespace net
