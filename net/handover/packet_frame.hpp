// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/assert.hpp"
#include "mm/addr.hpp"
#include "mm/frame.hpp"
#include "mm/page_run.hpp"
#include "net/handover/extent.hpp"
#include "net/handover/frame_fill.hpp"

#include <cstddef>
#include <utility>

namespace net {

struct SharedBlock;

/// One exclusive frame of this namespace that packets are kept in, or a block of several, together with what is known
/// of its content: every byte outside `dirty` is zero. Or a part in such a block, beside other packets' (SharedBlock).
/// Move-only; whoever ends up with it gives it back to the namespace's PacketFrames or hands it over.
class PacketFrame {
public:
    PacketFrame() = default;
    /// `source`: the wire that brought the content; 0 if it is this namespace's own.
    PacketFrame(mm::Pfn first, mm::Order order, std::byte* bytes, Extent dirty, mm::TransitTag source = {})
        : bytes_(bytes), pfn_(first), source_(source), dirty_begin_(static_cast<std::uint32_t>(dirty.begin)),
          dirty_end_(static_cast<std::uint32_t>(dirty.end)), order_(static_cast<std::uint8_t>(order.raw())) {}
    /// A part of `block`'s frame: of its content only `part` is meant.
    PacketFrame(SharedBlock& block, const PacketFrame& whole, Extent part)
        : PacketFrame(whole.pfn_, whole.order(), whole.bytes_, part, whole.source_) {
        block_ = &block;
    }
    PacketFrame(PacketFrame&& from) noexcept
        : bytes_(std::exchange(from.bytes_, nullptr)), block_(from.block_), pfn_(from.pfn_), source_(from.source_),
          dirty_begin_(from.dirty_begin_), dirty_end_(from.dirty_end_), order_(from.order_) {}
    PacketFrame& operator=(PacketFrame&& from) noexcept {
        kernel::ensure(bytes_ == nullptr, "a packet frame is given back, not overwritten");
        bytes_ = std::exchange(from.bytes_, nullptr);
        block_ = from.block_;
        pfn_ = from.pfn_;
        source_ = from.source_;
        dirty_begin_ = from.dirty_begin_;
        dirty_end_ = from.dirty_end_;
        order_ = from.order_;
        return *this;
    }
    ~PacketFrame() { kernel::ensure(bytes_ == nullptr, "a packet frame is given back, not dropped"); }

    explicit operator bool() const { return bytes_ != nullptr; }
    /// The first frame's number.
    mm::Pfn pfn() const { return pfn_; }
    mm::Order order() const { return mm::Order{order_}; }
    std::size_t size() const { return std::size_t{mm::page_size} << order_; }
    FrameBytes bytes() const { return {bytes_, size()}; }
    Extent dirty() const { return {dirty_begin_, dirty_end_}; }
    /// Something of this namespace was written to it.
    void set_dirty(Extent dirty) {
        set_received(dirty);
        source_ = {};
    }
    /// What its source sent lies there.
    void set_received(Extent dirty) {
        dirty_begin_ = static_cast<std::uint32_t>(dirty.begin);
        dirty_end_ = static_cast<std::uint32_t>(dirty.end);
    }
    /// The wire whose packets are all that is in it, if there is such a one.
    mm::TransitTag source() const { return source_; }
    /// The block that this is a part of; null if it is the whole.
    SharedBlock* block() const { return block_; }

    /// It belongs to somebody else from here on. Precondition: it is the whole block.
    mm::PageRun release() {
        bytes_ = nullptr;
        return mm::PageRun::of(pfn_, order());
    }
    /// Ends a part.
    void forget() { bytes_ = nullptr; }

private:
    std::byte* bytes_ = nullptr;
    SharedBlock* block_ = nullptr;
    mm::Pfn pfn_;
    mm::TransitTag source_;
    std::uint32_t dirty_begin_ = 0;
    std::uint32_t dirty_end_ = 0;
    std::uint8_t order_ = 0;
};

} // namespace net
