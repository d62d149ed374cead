// SPDX-License-Identifier: MIT
#include "mm/kernel_heap.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <format>

#include "kernel/base/assert.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

namespace mm {

using kernel::Error;
using kernel::fail;
using kernel::Result;

static_assert(SizeClasses::largest == DomainHeap::largest);

namespace {

/// Objects of a power of two are aligned to their size, others to the largest power of two in it.
constexpr std::size_t alignment_of(std::size_t size) { return size & (~size + 1); }

/// Whether a request is too large for any block of pages.
constexpr bool is_impossible(std::size_t bytes) { return bytes == 0 || bytes > max_order.bytes(); }

} // namespace

KernelHeap::KernelHeap(Memory& memory, SlabRegistry& slabs)
    : memory_(memory), slabs_(slabs), frames_(memory.frames()),
      from_slabs_(memory.policies().heap == Heap::Slab ? SizeClasses::largest : 0) {
    for (std::size_t i = 0; i < SizeClasses::count; ++i) {
        const std::size_t size = SizeClasses::sizes[i];
        std::array<char, SlabCache::max_name> text;
        const auto named = [&](std::string_view prefix) {
            const auto end = std::format_to_n(text.data(), text.size(), "{}-{}", prefix, size).out;
            return CacheSpec{.name = {text.data(), end}, .size = size, .align = alignment_of(size)};
        };
        const auto shared = slabs.create_shared(named("kmalloc"));
        const auto exclusive = slabs.create_exclusive(named("exclusive"));
        kernel::ensure(shared && exclusive, "no size-class caches");
        shared_[i] = *shared;
        exclusive_[i] = *exclusive;
    }
}

Result<void*> KernelHeap::alloc_large(std::size_t bytes) {
    if (bytes == 0) return fail(Error::InvalidArgument);
    if (is_impossible(bytes)) return fail(Error::OutOfMemory);
    const Pfn first = TRY(memory_.alloc_block(Order::for_bytes(bytes), Zero::No));
    return DirectMap::ptr_present<void>(first.address());
}

void KernelHeap::free(void* address) {
    if (address == nullptr) return;
    // Not DirectMap::to_phys and FrameTable::operator[]: one comparison here does for both.
    const std::uint64_t physical = reinterpret_cast<std::uintptr_t>(address) - DirectMap::virt(PhysAddr{0}).raw();
    kernel::ensure(physical < frames_.size().bytes(), "kfree of what is no shared memory");
    const Pfn pfn = Pfn::of(PhysAddr{physical});
    const Frame& frame = frames_.unchecked(pfn);
    if (frame.state == FrameState::SlabShared) [[likely]] {
        slabs_.shared(frame.cache).free(address);
        return;
    }
    kernel::ensure(frame.state == FrameState::Shared && (frame.flags & frame_flag::block_head) != 0 &&
                       physical % page_size == 0,
                   "kfree of what kmalloc did not give");
    memory_.free_block(pfn, Order{frame.order});
}

std::size_t KernelHeap::usable_size(const void* address) const {
    const Frame& frame = frames_[Pfn::of(DirectMap::to_phys(address))];
    if (frame.state == FrameState::SlabShared) return slabs_.shared(frame.cache).object_size();
    return Order{frame.order}.bytes();
}

Result<void*> KernelHeap::alloc_otherwise(Domain& domain, std::size_t bytes) const {
    if (bytes == 0) return fail(Error::InvalidArgument);
    if (from_slabs_ == 0 && bytes <= DomainHeap::largest) return domain.heap().alloc(domain, bytes);
    if (is_impossible(bytes)) return fail(Error::OutOfMemory);
    const Pfn first = TRY(domain.alloc_block(Order::for_bytes(bytes), Zero::No, FrameState::Exclusive));
    return static_cast<void*>(domain.frame_ptr(first));
}

void KernelHeap::free(Domain& domain, void* address) const {
    if (address == nullptr) return;
    kernel::ensure(domain.owns(address), "kfree of what is no memory of the domain's");
    const Pfn pfn = domain.frame_of(address);
    const Frame& frame = frames_.unchecked(pfn);
    if (frame.state == FrameState::SlabExclusive) [[likely]] {
        slabs_.exclusive(frame.cache).free(domain, address);
        return;
    }
    if (frame.state == FrameState::HeapExclusive) return domain.heap().free(domain, address);
    kernel::ensure(reinterpret_cast<std::uintptr_t>(address) % page_size == 0, "kfree of what kmalloc did not give");
    domain.free_block(pfn);
}

std::size_t KernelHeap::usable_size(const Domain& domain, const void* address) const {
    const Frame& frame = frames_[domain.frame_of(address)];
    if (frame.state == FrameState::SlabExclusive) {
        return slabs_.exclusive(frame.cache).description().object_size();
    }
    if (frame.state == FrameState::HeapExclusive) return DomainHeap::usable_size(address);
    return Order{frame.order}.bytes();
}

} // namespace mm
