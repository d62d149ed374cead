// SPDX-License-Identifier: MIT
#include "mm/mimalloc/domain_heap.hpp"

#include <algorithm>

#include "kernel/base/assert.hpp"
#include "kernel/base/mutant.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"
#include "mm/mimalloc/port.h"

namespace mm {

using kernel::Mutant;
using kernel::Result;

static_assert(DomainHeap::largest == LACUNA_HEAP_LARGEST);
static_assert(DomainHeap::segment_order.bytes() == LACUNA_HEAP_SEGMENT);

namespace {

constexpr std::size_t smallest = 16; // which aligns to 16

lacuna_heap* heap_at(std::uintptr_t address) { return reinterpret_cast<lacuna_heap*>(address); }

/// A block of frames for a heap. Never anything but the domain's own, but for a mutant.
Result<std::byte*> take(Domain& domain, Order order) {
    if (kernel::mutant(Mutant::ShareHeap)) {
        const Pfn first = TRY(domain.memory().alloc_block(order, Zero::No));
        return DirectMap::ptr_present<std::byte>(first.address());
    }
    return domain.frame_ptr(TRY(domain.alloc_block(order, Zero::No, FrameState::HeapExclusive)));
}

void give(Domain& domain, void* block) {
    if (kernel::mutant(Mutant::ShareHeap)) return;
    domain.free_block(domain.frame_of(block));
}

/// Whether a block in use may begin at `address`, which may be anything.
[[maybe_unused]] bool may_be_block(Domain& domain, const void* address) {
    if (kernel::mutant(Mutant::ShareHeap)) return true;
    if (!domain.owns(address)) return false;
    const std::uint32_t inside = DomainHeap::segment_order.pages().raw() - 1;
    const Frame& first = domain.memory().frames()[Pfn{domain.frame_of(address).raw() & ~inside}];
    return first.state == FrameState::HeapExclusive && (first.flags & frame_flag::block_head) != 0 &&
           Order{first.order} == DomainHeap::segment_order && lacuna_heap_may_be_block(address) != 0;
}

} // namespace

/// Of this domain's heap; with the mutant, of everybody's.
DomainHeap::Locked& DomainHeap::root() {
    static constinit Locked everybodys;
    return kernel::mutant(Mutant::ShareHeap) ? everybodys : root_;
}

Result<void*> DomainHeap::alloc(Domain& domain, std::size_t bytes) {
    const std::size_t wanted = std::max(bytes, smallest);
    for (;;) {
        void* spare = nullptr;
        void* const block = root().with([&](Root& root) -> void* {
            if (root.heap == 0) [[unlikely]]
                return nullptr;
            void* const found = lacuna_heap_alloc(heap_at(root.heap), wanted);
            if (found != nullptr) [[likely]]
                spare = lacuna_heap_spare(heap_at(root.heap));
            return found;
        });
        if (spare != nullptr) [[unlikely]]
            give_back(domain, spare);
        if (block != nullptr) [[likely]]
            return block;
        TRY(grow(domain));
    }
}

void DomainHeap::free(Domain& domain, void* block) {
    kernel::ensure(may_be_block(domain, block), "kfree of what is no block of the domain's heap");
    void* const spare = root().with([&](Root& root) {
        lacuna_heap_free(block);
        return lacuna_heap_spare(heap_at(root.heap));
    });
    if (spare != nullptr) [[unlikely]]
        give_back(domain, spare);
}

std::size_t DomainHeap::usable_size(const void* block) { return lacuna_heap_usable_size(block); }

Pfn DomainHeap::block_around(const FrameTable& frames, Pfn pfn) {
    std::uint32_t first = pfn.raw();
    while ((frames[Pfn{first}].flags & frame_flag::block_head) == 0) --first;
    return Pfn{first};
}

/// Adds what an allocation was short of. Another CPU may be about it too: then there are two segments, and the one
/// that stays empty goes back.
Result<> DomainHeap::grow(Domain& domain) {
    if (root().with([](const Root& root) { return root.heap == 0; })) return open(domain);
    std::byte* const segment = TRY(take(domain, segment_order));
    root().with([&](Root& root) { lacuna_heap_add(heap_at(root.heap), segment); });
    return {};
}

Result<> DomainHeap::open(Domain& domain) {
    std::byte* const block = TRY(take(domain, Order::for_bytes(lacuna_heap_bytes())));
    const bool is_first = root().with([&](Root& root) {
        if (root.heap != 0) return false;
        root.heap = reinterpret_cast<std::uintptr_t>(block);
        lacuna_heap_open(heap_at(root.heap));
        return true;
    });
    if (!is_first) give(domain, block);
    return {};
}

/// Segments that the heap has no use for become free frames, one by one.
void DomainHeap::give_back(Domain& domain, void* spare) {
    while (spare != nullptr) {
        give(domain, spare);
        spare = root().with([](Root& root) { return lacuna_heap_spare(heap_at(root.heap)); });
    }
}

} // namespace mm
