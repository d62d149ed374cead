// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/policies.hpp"
#include "net/handover/inbox.hpp"
#include "net/handover/outbox.hpp"
#include "net/handover/packet.hpp"
#include "net/handover/packet_frames.hpp"
#include "net/handover/packet_source.hpp"
#include "net/wire/wire_end.hpp"

#include <concepts>

namespace net {

/// How a packet gets onto a wire: one axis of the experiment (docs/allocators-and-policies.md). To add a choice, write
/// a type that satisfies this, in a file of its own, and name it in registry.cpp.
///
/// send     puts a copy of the packet into the outbox, from where it goes onto the wire; the source stays with the
///          sender.
/// forward  puts a packet there that already lies in blocks of the sender, as when a bridge passes on what it
///          received; empties `packet` in any case (on error the blocks are recycled).
///
/// Errors of both: NoSpace (the wire or the bounce buffer is full), Closed, OutOfMemory, DomainLimit,
/// InvalidArgument (an empty packet or one above max_packet_bytes). A packet crosses whole or not at all.
/// Context: a thread of the sending namespace that is the wire's only producer (its core lock).
template <class H>
concept Handover = requires(WireEnd end, Outbox& outbox, PacketSource& source, Packet& packet) {
    { H::policy } -> std::convertible_to<mm::HandoverPolicy>;
    { H::send(end, outbox, source) } -> std::same_as<kernel::Result<>>;
    { H::forward(end, outbox, packet) } -> std::same_as<kernel::Result<>>;
};

/// A handover policy as a value, chosen at boot.
struct HandoverOps {
    mm::HandoverPolicy policy;
    kernel::Result<> (*send)(WireEnd, Outbox&, PacketSource&);
    kernel::Result<> (*forward)(WireEnd, Outbox&, Packet&);
};

/// The operations of one choice.
const HandoverOps& handover(mm::HandoverPolicy policy);
/// The choice of the boot options, whose parameters hold from here on.
const HandoverOps& handover(const mm::Policies& policies);

/// Takes the next packet off the wire into frames of this namespace, whichever way it was sent: a block
/// in transit is adopted, a bounce slot is copied out, zeroed and released. That a descriptor's
/// block is one is not believed: the frame table must say that it is in transit on this very wire, or it was adopted
/// for the packet before, in front of this one. Its extent is: what lies outside counts as zero. `packet` is empty
/// before, and after an error. Errors: WouldBlock (nothing there); Refused, DomainLimit, OutOfMemory: the packet is
/// lost, its blocks reclaimed, and the next may be asked for. Context: the receiving namespace's receive thread, or the
/// task that stands in for it.
kernel::Result<> receive_packet(WireEnd end, Inbox& inbox, PacketFrames& frames, Packet& packet);
/// The same into a new one.
kernel::Result<Packet> receive_packet(WireEnd end, Inbox& inbox, PacketFrames& frames);

} // namespace net
