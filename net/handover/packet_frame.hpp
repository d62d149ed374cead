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
        : bytes_(bytes), about_{.first = first,
                                .source = source,
                                .dirty_begin = static_cast<std::uint32_t>(dirty.begin),
                                .dirty_end = static_cast<std::uint32_t>(dirty.end),
                                .order = order.raw()} {}
    /// A part of `block`'s frame: of its content only `part` is meant.
    PacketFrame(SharedBlock& block, const PacketFrame& whole, Extent part)
        : PacketFrame(whole.pfn(), whole.order(), whole.bytes_, part, whole.source()) {
        about_.block = &block;
    }
    PacketFrame(PacketFrame&& from) noexcept : bytes_(std::exchange(from.bytes_, nullptr)), about_(from.about_) {}
    PacketFrame& operator=(PacketFrame&& from) noexcept {
        kernel::ensure(bytes_ == nullptr, "a packet frame is given back, not overwritten");
        bytes_ = std::exchange(from.bytes_, nullptr);
        about_ = from.about_;
        return *this;
    }
    ~PacketFrame() { kernel::ensure(bytes_ == nullptr, "a packet frame is given back, not dropped"); }

    explicit operator bool() const { return bytes_ != nullptr; }
    /// The first frame's number.
    mm::Pfn pfn() const { return about_.first; }
    mm::Order order() const { return mm::Order{about_.order}; }
    std::size_t size() const { return std::size_t{mm::page_size} << about_.order; }
    FrameBytes bytes() const { return {bytes_, size()}; }
    Extent dirty() const { return {about_.dirty_begin, about_.dirty_end}; }
    /// Something of this namespace was written to it.
    void set_dirty(Extent dirty) {
        set_received(dirty);
        about_.source = {};
    }
    /// What its source sent lies there.
    void set_received(Extent dirty) {
        about_.dirty_begin = static_cast<std::uint32_t>(dirty.begin);
        about_.dirty_end = static_cast<std::uint32_t>(dirty.end);
    }
    /// The wire whose packets are all that is in it, if there is such a one.
    mm::TransitTag source() const { return about_.source; }
    /// The block that this is a part of; null if it is the whole.
    SharedBlock* block() const { return about_.block; }

    /// It belongs to somebody else from here on. Precondition: it is the whole block.
    mm::PageRun release() {
        bytes_ = nullptr;
        return mm::PageRun::of(pfn(), order());
    }
    /// Ends a part.
    void forget() { bytes_ = nullptr; }

private:
    /// Moved as a whole, in words: every packet's frame is moved several times.
    struct About {
        SharedBlock* block = nullptr;
        mm::Pfn first;
        mm::TransitTag source;
        std::uint32_t dirty_begin = 0;
        std::uint32_t dirty_end = 0;
        std::uint32_t order = 0;
    };

    std::byte* bytes_ = nullptr;
    About about_;
};

} // namespace net
