// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "net/handover/domain_frame_store.hpp"
#include "net/handover/outbox.hpp"
#include "net/handover/packet_frames.hpp"
#include "net/handover/port.hpp"

#include <array>
#include <cstdint>

namespace net {

class Bridge;
class VirtioQueues;

/// The number under which a shared object (a wire's end, a device) knows what it feeds in a namespace:
/// shared structures hold no pointers into exclusive memory.
struct SinkId {
    std::uint16_t number = 0;
};

/// What a network namespace has of links, in its own memory: the stock of packet frames, and who takes
/// the packets of each port. Made by the namespace's first link.
class LinkState {
public:
    static constexpr std::size_t max_sinks = 256;

    explicit LinkState(mm::Domain& domain) : store(domain) { frames.bind(store); }

    DomainFrameStore store;
    PacketFrames frames;
    Outbox outbox{frames};          ///< of whichever wire is sent to; empty while nobody holds the core lock
    Bridge* bridge = nullptr;       ///< if the namespace has one
    VirtioQueues* uplink = nullptr; ///< if the namespace owns the network card

    /// Enters a sink. Error: NoSpace. Under the core lock, as are the other two.
    kernel::Result<SinkId> add(PacketSink& sink);
    void remove(SinkId id) { sinks_[id.number] = nullptr; }
    /// Precondition: entered and not removed.
    PacketSink& sink(SinkId id) const { return *sinks_[id.number]; }

private:
    std::array<PacketSink*, max_sinks> sinks_{};
};

static_assert(sizeof(LinkState) <= 2 * mm::page_size, "each namespace with a link has one");

/// The current namespace's own; null before `prepare_link_state`. Outside all namespaces it is not mapped.
extern LinkState* link_state;

/// Makes the current namespace's link state unless it is there. Errors: OutOfMemory, DomainLimit.
kernel::Result<> prepare_link_state();

} // namespace net
