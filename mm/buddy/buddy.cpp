// SPDX-License-Identifier: MIT
#include "mm/buddy/buddy.hpp"

#include <algorithm>

#include "kernel/base/assert.hpp"
#include "mm/frame_checks.hpp"

namespace mm {

std::optional<Pfn> Buddy::take(Order order) {
    for (unsigned found = order.raw(); found <= largest_.raw(); ++found) {
        if (lists_[found].first == no_frame) continue;
        const Pfn first{lists_[found].first};
        ensure_listed(frames_, first, FrameState::Free, shared_domain, "the buddy's lists");
        kernel::ensure(is_free_block(first, Order{found}), "a block on the buddy's lists is none");
        remove(first, Order{found});
        // Halve it until it fits; each upper half becomes a free block of its own.
        while (found > order.raw()) {
            --found;
            push(first + Order{found}.pages(), Order{found});
        }
        return first;
    }
    return {};
}

Buddy::Block Buddy::give(Pfn first, Order order) {
    kernel::ensure(first.raw() % order.pages().raw() == 0, "block given back at the wrong alignment");
    frames_.for_row(first, order.pages().raw(), [](Frame& frame) {
        kernel::ensure((frame.flags & frame_flag::in_buddy) == 0, "block given back that is free already");
        frame.assign_page(FrameState::Free, shared_domain);
        frame.flags &= frame_flag::zeroed; // whether it holds zeros is known across owners
    });
    while (order < largest_ && is_free_block(buddy_of(first, order), order)) {
        const Pfn buddy = buddy_of(first, order);
        remove(buddy, order);
        first = std::min(first, buddy);
        order = Order{order.raw() + 1};
    }
    push(first, order);
    return {first, order};
}

/// What a frame looks like otherwise does not count: one on its way to or from a CPU's list may have any state and any
/// other flag, for no lock protects those. This flag changes under the lock only.
bool Buddy::is_free_block(Pfn first, Order order) const {
    if (!frames_.contains(first)) return false;
    const Frame& frame = frames_.unchecked(first);
    return (frame.flags & frame_flag::in_buddy) != 0 && frame.order == order.raw();
}

/// States that a link leads to a free block, or nowhere.
inline void Buddy::ensure_linked(std::uint32_t link) const {
    if (link == no_frame) return;
    ensure_listed(frames_, Pfn{link}, FrameState::Free, shared_domain, "the buddy's lists");
    kernel::ensure((frames_.unchecked(Pfn{link}).flags & frame_flag::in_buddy) != 0, "a block on the buddy's lists is none");
}

void Buddy::push(Pfn first, Order order) {
    Frame& frame = frames_[first];
    List& list = lists_[order.raw()];
    frame.order = static_cast<std::uint8_t>(order.raw());
    frame.flags |= frame_flag::in_buddy;
    frame.previous = no_frame;
    frame.next = list.first;
    if (list.first != no_frame) frames_.unchecked(Pfn{list.first}).previous = first.raw();
    list.first = first.raw();
    ++list.length;
    free_ = free_ + order.pages();
}

void Buddy::remove(Pfn first, Order order) {
    Frame& frame = frames_[first];
    List& list = lists_[order.raw()];
    ensure_linked(frame.next);
    ensure_linked(frame.previous);
    if (frame.next != no_frame) frames_.unchecked(Pfn{frame.next}).previous = frame.previous;
    if (frame.previous != no_frame) {
        frames_.unchecked(Pfn{frame.previous}).next = frame.next;
    } else {
        list.first = frame.next;
    }
    frame.flags = static_cast<std::uint8_t>(frame.flags & ~frame_flag::in_buddy);
    --list.length;
    free_ = free_ - order.pages();
}

} // namespace mm
