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
    return PacketFrame{pfn, domain_.frame_ptr(pfn), dirty, wire};
}

} // namespace net
