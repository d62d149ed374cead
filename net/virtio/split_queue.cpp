// SPDX-License-Identifier: MIT
#include "net/virtio/split_queue.hpp"

#include "kernel/base/assert.hpp"

#include <algorithm>
#include <atomic>
#include <bit>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;
using namespace virtio;

namespace {

/// The index fields are the only ones that both sides use for synchronisation.
std::atomic_ref<std::uint16_t> shared(std::uint16_t& field) { return std::atomic_ref{field}; }

Rings rings_in(std::span<std::byte> memory) {
    // One block holds three arrays of plain integers; see ring_layout.hpp for the picture.
    return {reinterpret_cast<RingDescriptor*>(memory.data()),
            reinterpret_cast<AvailableRing*>(memory.data() + available_offset),
            reinterpret_cast<UsedRing*>(memory.data() + used_offset)};
}

} // namespace

SplitQueue::SplitQueue(std::span<std::byte> rings, mm::PhysAddr base, std::uint16_t size)
    : rings_(rings_in(rings)), base_(base), size_(size), free_count_(size) {
    kernel::ensure(std::has_single_bit(size) && size <= max_size, "a virtqueue's size is a power of two");
    kernel::ensure(rings.size() >= ring_bytes, "the rings fit their memory");
    for (std::uint16_t i = 0; i < size; ++i) next_[i] = static_cast<std::uint16_t>(i + 1);
}

std::uint16_t SplitQueue::take_descriptor() {
    const std::uint16_t taken = free_head_;
    free_head_ = next_[taken];
    --free_count_;
    return taken;
}

Result<std::uint16_t> SplitQueue::submit(std::span<const DmaSegment> segments, DmaDirection direction) {
    if (segments.empty()) return fail(Error::InvalidArgument);
    if (segments.size() > free_count_) return fail(Error::NoSpace);

    const std::uint16_t write = direction == DmaDirection::FromDevice ? descriptor_write : 0;
    const std::uint16_t head = free_head_;
    std::uint32_t capacity = 0;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::uint16_t at = take_descriptor();
        const bool last = i + 1 == segments.size();
        // The free list is the chain: what is taken next is what this one links to.
        rings_.descriptors[at] = {segments[i].address.raw(), segments[i].length,
                                  static_cast<std::uint16_t>(write | (last ? 0 : descriptor_next)),
                                  last ? std::uint16_t{0} : free_head_};
        if (write != 0) capacity += segments[i].length;
    }
    requests_[head] = {
        .in_flight = true, .descriptors = static_cast<std::uint16_t>(segments.size()), .capacity = capacity};
    rings_.available->ring[next_available_ % size_] = head;
    ++next_available_;
    return head;
}

bool SplitQueue::publish() {
    // Ordering: release shows the descriptors and the ring entries before the index (§2.7.13.3).
    shared(rings_.available->index).store(next_available_, std::memory_order_release);
    // Ordering: the index must be visible before the flag is read, or both sides may wait (§2.7.13.4).
    std::atomic_thread_fence(std::memory_order_seq_cst);
    return (shared(rings_.used->flags).load(std::memory_order_relaxed) & used_no_notify) == 0;
}

bool SplitQueue::has_completions() const {
    return shared(rings_.used->index).load(std::memory_order_acquire) != next_used_;
}

Result<Completion> SplitQueue::complete() {
    // Ordering: acquire pairs with the device's write of the index after the element (§2.7.14).
    if (!has_completions()) return fail(Error::WouldBlock);
    const UsedElement claim = rings_.used->ring[next_used_ % size_];
    ++next_used_;
    if (claim.id >= size_ || !requests_[claim.id].in_flight) {
        ++refused_;
        return fail(Error::Refused);
    }
    const auto head = static_cast<std::uint16_t>(claim.id);
    const Completion done{head, std::min(claim.length, requests_[head].capacity)};
    free_chain(head);
    return done;
}

void SplitQueue::free_chain(std::uint16_t head) {
    Request& request = requests_[head];
    std::uint16_t last = head;
    for (std::uint16_t i = 1; i < request.descriptors; ++i) last = next_[last];
    next_[last] = free_head_;
    free_head_ = head;
    free_count_ = static_cast<std::uint16_t>(free_count_ + request.descriptors);
    request = {};
}

void SplitQueue::want_interrupts(Interrupts wanted) {
    const std::uint16_t flags = wanted == Interrupts::Yes ? 0 : available_no_interrupt;
    shared(rings_.available->flags).store(flags, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

} // namespace net
