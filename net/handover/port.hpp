// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "net/handover/inbox.hpp"
#include "net/handover/packet.hpp"
#include "net/handover/packet_source.hpp"

namespace net {

/// A way out of a namespace for Ethernet frames: one end of a wire, a network card, a bridge.
///
/// Context: threads inside the namespace, under its core lock, which makes the port's user its only one.
class Port {
public:
    /// Sends a copy; the source keeps the packet. Errors: NoSpace, Closed, OutOfMemory, DomainLimit,
    /// InvalidArgument (a size the port does not carry).
    virtual kernel::Result<> send(PacketSource& source) = 0;
    /// Sends a packet that lies in frames of this namespace, without a copy where the port can do so.
    /// `packet` is empty afterwards in any case. Errors: as `send`.
    virtual kernel::Result<> forward(Packet& packet) = 0;

protected:
    ~Port() = default;
};

/// What takes the packets that come in by a port: an lwIP interface, or a bridge.
///
/// Context: the namespace's receive thread or the task that stands in for it, under the core lock.
class PacketSink {
public:
    /// Takes a packet over; `packet` is empty afterwards in any case.
    virtual void deliver(Packet& packet) = 0;
    /// That was the last packet for now: what was held back for the next one goes on.
    virtual void end_batch() {}
    /// The port that it was fed by goes away. The last call: the sink may destroy itself.
    virtual void port_gone() = 0;

    /// What the port's receiver remembers, in this namespace's memory.
    Inbox& inbox() { return inbox_; }

protected:
    ~PacketSink() = default;

private:
    Inbox inbox_;
};

} // namespace net
