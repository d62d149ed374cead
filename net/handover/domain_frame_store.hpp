// SPDX-License-Identifier: MIT
#pragma once

#include "mm/domain.hpp"
#include "net/handover/frame_store.hpp"

namespace net {

/// Packet frames out of a namespace's memory domain.
class DomainFrameStore final : public FrameStore {
public:
    explicit DomainFrameStore(mm::Domain& domain) : domain_(domain) {}

    kernel::Result<PacketFrame> allocate() override;
    void free(PacketFrame&& frame) override;
    void disown(PacketFrame&& frame, mm::TransitTag wire) override;
    kernel::Result<PacketFrame> adopt(mm::Pfn pfn, mm::TransitTag wire, Extent dirty) override;
    void disown_all(std::span<const mm::Pfn> frames, mm::TransitTag wire) override;
    std::size_t adopt_some(std::span<const mm::Pfn> frames, mm::TransitTag wire) override;
    PacketFrame frame(mm::Pfn pfn, mm::TransitTag wire, Extent dirty) override;

private:
    mm::Domain& domain_;
};

} // namespace net
