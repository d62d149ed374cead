// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/addr.hpp"
#include "net/virtio/ring_layout.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace net {

/// A run of physical memory that the device reads or writes.
struct DmaSegment {
    mm::PhysAddr address;
    std::uint32_t length = 0; ///< bytes
};

/// Who writes the memory of a request.
enum class DmaDirection : std::uint8_t { ToDevice, FromDevice };

/// A request that the device has finished with.
struct Completion {
    std::uint16_t request; ///< what `submit` returned
    std::uint32_t written; ///< bytes written by the device, at most the request's capacity
};

/// The driver's half of a split virtqueue (Virtio 1.2, §2.7): plain logic over ring memory that both
/// sides see, so that it runs against a fake device on the host as well.
///
/// The device is not trusted. The driver keeps its own record of what is in flight and never reads back
/// the descriptor table or the available ring; of the used ring it believes an id only if that request
/// is in flight, and a length only up to what was offered.
///
/// Context: one thread at a time (the caller's lock); never an interrupt handler.
class SplitQueue {
public:
    static constexpr std::uint16_t max_size = virtio::max_queue_size;

    /// `rings`: zeroed memory, physically contiguous from `base`, of `virtio::ring_bytes`.
    /// Precondition: size is a power of two, at most max_size.
    SplitQueue(std::span<std::byte> rings, mm::PhysAddr base, std::uint16_t size);

    mm::PhysAddr descriptors_at() const { return base_; }
    mm::PhysAddr available_at() const { return base_ + virtio::available_offset; }
    mm::PhysAddr used_at() const { return base_ + virtio::used_offset; }
    std::uint16_t size() const { return size_; }
    std::uint16_t free_descriptors() const { return free_count_; }

    /// Offers the device one buffer made of `segments`; returns the request's number, which is below
    /// size() and unique among those in flight. Not visible to the device before `publish`.
    /// Errors: NoSpace, InvalidArgument (no segment).
    kernel::Result<std::uint16_t> submit(std::span<const DmaSegment> segments, DmaDirection direction);
    /// Shows the device what was submitted. Returns whether it wants to be notified.
    [[nodiscard]] bool publish();

    /// The next finished request. Errors: WouldBlock (none); Refused: the device named a request that
    /// is not in flight; the entry is skipped and counted.
    kernel::Result<Completion> complete();
    bool has_completions() const;

    /// Asks the device for an interrupt on completion, or not to bother. After Yes the caller must look
    /// for completions once more: one may have come in between.
    enum class Interrupts : bool { No, Yes };
    void want_interrupts(Interrupts wanted);

    /// Entries of the used ring that made no sense.
    std::uint64_t refused() const { return refused_; }

private:
    struct Request {
        bool in_flight = false;
        std::uint16_t descriptors = 0;
        std::uint32_t capacity = 0; ///< bytes that the device may write
    };

    std::uint16_t take_descriptor();
    void free_chain(std::uint16_t head);

    virtio::Rings rings_;
    mm::PhysAddr base_;
    std::uint16_t size_;
    std::uint16_t free_head_ = 0;
    std::uint16_t free_count_;
    std::uint16_t next_available_ = 0; ///< free-running; what publish() will show
    std::uint16_t next_used_ = 0;      ///< free-running; what complete() looks at next
    std::uint64_t refused_ = 0;
    std::array<Request, max_size> requests_{};
    std::array<std::uint16_t, max_size> next_{}; ///< our own chain links: free list and requests
};

} // namespace net
