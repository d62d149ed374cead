// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/frame.hpp"
#include "mm/page_run.hpp"
#include "net/handover/packet_frame.hpp"

#include <cstddef>
#include <span>

namespace net {

/// Where a namespace's packet frames come from and go to: its memory domain, or a model of one in a
/// host test. Called by threads inside the namespace only.
class FrameStore {
public:
    /// An exclusive block of zeros. Errors: OutOfMemory, DomainLimit.
    virtual kernel::Result<PacketFrame> allocate(mm::Order order) = 0;
    /// Takes a block back, and zeroes it before anybody else can see it.
    virtual void free(mm::Pfn first) = 0;

    /// Gives blocks up: unmapped here, in transit under `wire`, their content untouched. Precondition: they are this
    /// domain's, and each is the whole of what allocate() or adopt() gave.
    virtual void disown(std::span<const mm::PageRun> blocks, mm::TransitTag wire) = 0;
    /// Takes over a block that is in transit under `wire`; outside `dirty` it holds zeros.
    /// Errors: Refused (no such block, another wire's, or `dirty` reaches beyond it, which loses it); DomainLimit,
    /// OutOfMemory, and then it is still in transit.
    virtual kernel::Result<PacketFrame> adopt(mm::Pfn first, mm::TransitTag wire, Extent dirty) = 0;

    /// Makes a block one that is shared, with one user. On an error `whole` still is what it was.
    /// Errors: OutOfMemory, DomainLimit.
    virtual kernel::Result<SharedBlock*> share(PacketFrame& whole) = 0;
    /// The reverse, when no user is left.
    virtual PacketFrame unshare(SharedBlock& block) = 0;

protected:
    ~FrameStore() = default;
};

} // namespace net
