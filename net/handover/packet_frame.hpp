// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/assert.hpp"
#include "mm/addr.hpp"
#include "mm/frame.hpp"
#include "net/handover/extent.hpp"
#include "net/handover/frame_fill.hpp"

#include <cstddef>
#include <utility>

namespace net {

/// One exclusive frame of this namespace that packets are kept in, together with what is known of its
/// content: every byte outside `dirty` is zero. Move-only; whoever ends up with it gives it back to the
/// namespace's PacketFrames or hands it over.
class PacketFrame {
public:
    PacketFrame() = default;
    /// `source`: the wire that brought the content; 0 if it is this namespace's own.
    PacketFrame(mm::Pfn pfn, std::byte* bytes, Extent dirty, mm::TransitTag source = {})
        : bytes_(bytes), pfn_(pfn), source_(source), dirty_(dirty) {}
    PacketFrame(PacketFrame&& from) noexcept
        : bytes_(std::exchange(from.bytes_, nullptr)), pfn_(from.pfn_), source_(from.source_), dirty_(from.dirty_) {}
    PacketFrame& operator=(PacketFrame&& from) noexcept {
        kernel::ensure(bytes_ == nullptr, "a packet frame is given back, not overwritten");
        bytes_ = std::exchange(from.bytes_, nullptr);
        pfn_ = from.pfn_;
        source_ = from.source_;
        dirty_ = from.dirty_;
        return *this;
    }
    ~PacketFrame() { kernel::ensure(bytes_ == nullptr, "a packet frame is given back, not dropped"); }

    explicit operator bool() const { return bytes_ != nullptr; }
    mm::Pfn pfn() const { return pfn_; }
    FrameBytes bytes() const { return FrameBytes{bytes_, mm::page_size}; }
    Extent dirty() const { return dirty_; }
    /// Something of this namespace was written to it.
    void set_dirty(Extent dirty) {
        dirty_ = dirty;
        source_ = {};
    }
    /// The wire whose packets are all that is in it, if there is such a one.
    mm::TransitTag source() const { return source_; }

    /// It belongs to somebody else from here on.
    mm::Pfn release() {
        bytes_ = nullptr;
        return pfn_;
    }

private:
    std::byte* bytes_ = nullptr;
    mm::Pfn pfn_;
    mm::TransitTag source_;
    Extent dirty_;
};

} // namespace net
