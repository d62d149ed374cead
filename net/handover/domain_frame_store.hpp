// SPDX-License-Identifier: MIT
#pragma once

#include "mm/domain/domain.hpp"
#include "net/handover/frame_store.hpp"

namespace net {

/// Packet frames out of a namespace's memory domain.
class DomainFrameStore final : public FrameStore {
public:
    explicit DomainFrameStore(mm::Domain& domain) : domain_(domain) {}

    kernel::Result<PacketFrame> allocate(mm::Order order) override;
    void free(mm::Pfn first) override;
    void disown(std::span<const mm::PageRun> blocks, mm::TransitTag wire) override;
    kernel::Result<PacketFrame> adopt(mm::Pfn first, mm::TransitTag wire, Extent dirty) override;
    kernel::Result<SharedBlock*> share(PacketFrame& whole) override;
    PacketFrame unshare(SharedBlock& block) override;

private:
    mm::Domain& domain_;
};

} // namespace net
