// SPDX-License-Identifier: MIT
#pragma once

#include "net/wire/wire.hpp"

namespace net {

/// A wire as seen from one of its ends.
class WireEnd {
public:
    WireEnd(Wire& wire, Side side) : wire_(&wire), side_(side) {}

    mm::TransitTag tag() const { return wire_->tag(); }
    kernel::Result<> reserve(std::size_t pieces) const { return wire_->reserve(side_, pieces); }
    Packing packing() const { return wire_->packing(other(side_)); } ///< of what is sent
    kernel::Result<> send(std::span<const Descriptor> pieces) const { return wire_->send(side_, pieces); }
    kernel::Result<> receive(PieceList& packet) const { return wire_->receive(side_, packet); }
    std::size_t room_for_spent() const { return wire_->room_for_spent(side_); }
    kernel::Result<> give_back(const Descriptor& block) const { return wire_->give_back(side_, block); }
    kernel::Result<Descriptor> take_back() const { return wire_->take_back(side_); }
    bool pending() const { return wire_->pending(side_); }
    bool peer_gone() const { return wire_->gone(other(side_)); }
    /// Pieces that nobody will use, of those received.
    void discard(std::span<const Descriptor> pieces) const { wire_->discard(side_, pieces); }
    void discard(const Descriptor& piece) const { discard({&piece, 1}); }
    void count_refused() const { wire_->count_refused(side_); }
    void attach(Waker& waker, Packing packing = Packing::Together) const { wire_->attach(side_, waker, packing); }
    bool operator==(const WireEnd&) const = default;
    void close() const { wire_->close(side_); }
    BounceBuffer& outgoing_bounce() const { return wire_->bounce(other(side_)); }
    BounceBuffer& incoming_bounce() const { return wire_->bounce(side_); }
    const WireCounters& sent() const { return wire_->counters(other(side_)); }
    const WireCounters& received() const { return wire_->counters(side_); }

private:
    Wire* wire_;
    Side side_;
};

} // namespace net
