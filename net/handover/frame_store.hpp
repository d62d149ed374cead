// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/frame.hpp"
#include "net/handover/packet_frame.hpp"

#include <cstddef>
#include <span>

namespace net {

/// Where a namespace's packet frames come from and go to: its memory domain, or a model of one in a
/// host test. Called by threads inside the namespace only.
class FrameStore {
public:
    /// An exclusive frame of zeros. Errors: OutOfMemory, DomainLimit.
    virtual kernel::Result<PacketFrame> allocate() = 0;
    /// Takes a frame back, and zeroes it before anybody else can see it.
    virtual void free(PacketFrame&& frame) = 0;

    /// Gives the frame up: unmapped here and flushed when this returns, in transit under `wire`, its
    /// content untouched. Precondition: the frame is this domain's.
    virtual void disown(PacketFrame&& frame, mm::TransitTag wire) = 0;
    /// Takes over a frame that is in transit under `wire`; outside `dirty` it holds zeros.
    /// Errors: Refused (no such frame, not in transit, another wire's), DomainLimit, OutOfMemory; the
    /// frame's state is then unchanged.
    virtual kernel::Result<PacketFrame> adopt(mm::Pfn pfn, mm::TransitTag wire, Extent dirty) = 0;

    /// disown() for the frames of a packet, which their PacketFrames have released.
    virtual void disown_all(std::span<const mm::Pfn> frames, mm::TransitTag wire) = 0;
    /// Takes over frames like adopt(), from the first on until one cannot be: says how many. They are this
    /// domain's then, and frame() makes a PacketFrame of each.
    virtual std::size_t adopt_some(std::span<const mm::Pfn> frames, mm::TransitTag wire) = 0;
    virtual PacketFrame frame(mm::Pfn pfn, mm::TransitTag wire, Extent dirty) = 0;

protected:
    ~FrameStore() = default;
};

} // namespace net
