// SPDX-License-Identifier: MIT
#include "net/handover/domain_frame_store.hpp"

namespace net {

using kernel::Result;

Result<PacketFrame> DomainFrameStore::allocate() {
    const mm::Pfn pfn = TRY(domain_.alloc_block(mm::order_4k, mm::Zero::Yes, mm::FrameState::Exclusive));
    return PacketFrame{pfn, domain_.frame_ptr(pfn), {}};
}

void DomainFrameStore::free(PacketFrame&& frame) { domain_.free_block(frame.release()); }

void DomainFrameStore::disown(PacketFrame&& frame, mm::TransitTag wire) {
    const auto given = domain_.disown(frame.release(), wire);
    kernel::ensure(given.has_value(), "a packet frame belongs to the namespace that sends it");
}

Result<PacketFrame> DomainFrameStore::adopt(mm::Pfn pfn, mm::TransitTag wire, Extent dirty) {
    TRY(domain_.adopt(pfn, wire));
    return frame(pfn, wire, dirty);
}

void DomainFrameStore::disown_all(std::span<const mm::Pfn> frames, mm::TransitTag wire) {
    domain_.disown_all(frames, wire);
}

std::size_t DomainFrameStore::adopt_some(std::span<const mm::Pfn> frames, mm::TransitTag wire) {
    return domain_.adopt_some(frames, wire);
}

PacketFrame DomainFrameStore::frame(mm::Pfn pfn, mm::TransitTag wire, Extent dirty) {
    return PacketFrame{pfn, domain_.frame_ptr(pfn), dirty, wire};
}

} // namespace net
