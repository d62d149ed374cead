// SPDX-License-Identifier: MIT
#include "net/handover/domain_frame_store.hpp"

#include "net/handover/shared_block.hpp"

#include <memory>
#include <new>

namespace net {

using kernel::Error;
using kernel::Result;

Result<PacketFrame> DomainFrameStore::allocate(mm::Order order) {
    const mm::Pfn first = TRY(domain_.alloc_block(order, mm::Zero::Yes, mm::FrameState::Exclusive));
    return PacketFrame{first, order, domain_.frame_ptr(first), {}};
}

void DomainFrameStore::free(mm::Pfn first) { domain_.free_block(first); }

void DomainFrameStore::disown(std::span<const mm::PageRun> blocks, mm::TransitTag wire) {
    domain_.disown(blocks, wire);
}

Result<PacketFrame> DomainFrameStore::adopt(mm::Pfn first, mm::TransitTag wire, Extent dirty) {
    const mm::Order order = TRY(domain_.adopt(first, wire));
    if (dirty.end > order.bytes()) [[unlikely]] {
        domain_.free_block(first);
        return kernel::fail(Error::Refused);
    }
    return PacketFrame{first, order, domain_.frame_ptr(first), dirty, wire};
}

Result<SharedBlock*> DomainFrameStore::share(PacketFrame& whole) {
    void* const memory = TRY(domain_.kmalloc(sizeof(SharedBlock)));
    return new (memory) SharedBlock{.whole = std::move(whole), .users = 1};
}

PacketFrame DomainFrameStore::unshare(SharedBlock& block) {
    PacketFrame whole = std::move(block.whole);
    std::destroy_at(&block);
    domain_.kfree(&block);
    return whole;
}

} // namespace net
