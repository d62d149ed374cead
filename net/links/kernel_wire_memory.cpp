// SPDX-License-Identifier: MIT
#include "net/links/kernel_wire_memory.hpp"

#include "mm/memory.hpp"

#include <cstring>

namespace net {

using kernel::Result;

Result<std::byte*> KernelWireMemory::allocate_slot() {
    auto* slot = static_cast<std::byte*>(TRY(kernel::memory().kmalloc(mm::page_size)));
    std::memset(slot, 0, mm::page_size);
    return slot;
}

void KernelWireMemory::free_slot(std::byte* slot) { kernel::memory().kfree(slot); }

void KernelWireMemory::reclaim(mm::Pfn frame, mm::TransitTag wire) {
    // A refusal is the answer to a forged descriptor: nothing of the wire's was at stake.
    static_cast<void>(kernel::memory().reclaim_in_transit(frame, wire));
}

} // namespace net
