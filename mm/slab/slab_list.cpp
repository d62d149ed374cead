// SPDX-License-Identifier: MIT
#include "mm/slab/slab_list.hpp"

#include "kernel/base/assert.hpp"
#include "kernel/base/events.hpp"
#include "mm/slab/object_checks.hpp"

namespace mm {

namespace {

std::uint16_t& link_in(std::byte* cell, const SlabGeometry& geometry) {
    return *reinterpret_cast<std::uint16_t*>(cell + geometry.link_offset());
}

} // namespace

std::size_t SlabList::take(const SlabView& view, std::span<void*> out) {
    const SlabGeometry geometry = view.cache.geometry(); // a copy cannot change under the loop's writes
    const bool checked = geometry.checked();
    std::size_t taken = 0;
    while (taken < out.size() && first_ != 0) {
        const Pfn head{first_ - 1};
        Frame& slab = view.frames.unchecked(head);
        std::byte* const base = view.at(head);
        if (slab.slab.in_use == 0) --empty_;
        std::uint16_t next = slab.slab.free_object;
        const std::size_t before = taken;
        while (taken < out.size() && next != SlabGeometry::no_object) {
            kernel::ensure(next < geometry.objects(), "a free object's link was overwritten");
            std::byte* const cell = base + next * geometry.stride();
            next = link_in(cell, geometry);
            if (checked) ObjectChecks(view.cache).on_take(cell);
            out.data()[taken++] = cell + geometry.object_offset();
        }
        slab.slab.in_use = static_cast<std::uint16_t>(slab.slab.in_use + (taken - before));
        slab.slab.free_object = next;
        if (next == SlabGeometry::no_object) unlink(view, head);
    }
    // As objects leave and enter slabs: what goes through magazines in between is too cheap to
    // count.
    kernel::count(kernel::Event::ObjectsAllocated, taken);
    return taken;
}

void SlabList::add(const SlabView& view, Pfn head) {
    const SlabGeometry& geometry = view.cache.geometry();
    for (std::uint64_t page = 0; page < geometry.order().pages().raw(); ++page) {
        Frame& frame = view.frames[head + PageCount{page}];
        frame.cache = static_cast<std::uint16_t>(view.cache.number());
        frame.slab.head = head.raw();
    }
    Frame& slab = view.frames[head];
    slab.slab.in_use = 0;
    slab.slab.free_object = 0;
    std::byte* cell = view.at(head);
    const std::uint16_t last = static_cast<std::uint16_t>(geometry.objects() - 1);
    for (std::uint16_t index = 0; index <= last; ++index, cell += geometry.stride()) {
        if (geometry.checked()) ObjectChecks(view.cache).prepare(cell);
        link_in(cell, geometry) = index == last ? SlabGeometry::no_object : static_cast<std::uint16_t>(index + 1);
    }
    link(view, head);
    ++empty_;
    ++slabs_;
}

/// Puts back the first of `objects`, and those behind it that lie in the same slab; takes them off the span.
[[gnu::always_inline]] inline std::optional<Pfn> SlabList::put_row(const SlabView& view,
                                                                   std::span<void* const>& objects) {
    void* const first = objects.front();
    kernel::ensure(view.contains(first), "freed what is no memory of this owner");
    const Frame& frame = view.frames.unchecked(view.frame_of(first));
    kernel::ensure(frame.state == view.state && frame.owner == view.owner && frame.cache == view.cache.number(),
                   "object freed in a cache it is not from");
    const SlabGeometry geometry = view.cache.geometry(); // a copy cannot change under the loop's writes
    const bool checked = geometry.checked();
    const std::size_t slab_bytes = geometry.order().bytes();
    const Pfn head{frame.slab.head};
    Frame& slab = view.frames.unchecked(head);
    const auto base = reinterpret_cast<std::uintptr_t>(view.at(head));
    std::uint16_t next = slab.slab.free_object;
    const bool was_full = next == SlabGeometry::no_object;
    std::uint16_t in_use = slab.slab.in_use;
    std::size_t count = 0;
    do {
        const auto object = reinterpret_cast<std::uintptr_t>(objects.data()[count]);
        kernel::ensure(geometry.index_at(object - base).has_value(), "freed a pointer into the middle of an object");
        auto* const cell = reinterpret_cast<std::byte*>(object - geometry.object_offset());
        if (checked && !ObjectChecks(view.cache).on_put(cell)) continue;
        kernel::ensure(in_use > 0, "object freed twice");
        link_in(cell, geometry) = next;
        next = static_cast<std::uint16_t>(geometry.cell_at(object - base));
        --in_use;
    } while (++count < objects.size() && reinterpret_cast<std::uintptr_t>(objects.data()[count]) - base < slab_bytes);
    objects = objects.subspan(count);
    if (in_use == slab.slab.in_use) return {}; // nothing but bad frees, which are on record

    slab.slab.free_object = next;
    slab.slab.in_use = in_use;
    if (was_full) link(view, head);
    if (in_use != 0) return {};
    if (++empty_ <= max_empty) return {};
    return retire(view, head);
}

std::optional<Pfn> SlabList::put(const SlabView& view, void* object) {
    kernel::count(kernel::Event::ObjectsFreed);
    std::span<void* const> one(&object, 1);
    return put_row(view, one);
}

std::size_t SlabList::put_all(const SlabView& view, std::span<void* const> objects, std::span<Pfn> surplus) {
    const SlabView here = view; // a copy cannot change under the loop's writes
    std::size_t count = 0;
    kernel::count(kernel::Event::ObjectsFreed, objects.size());
    while (!objects.empty()) {
        if (const auto slab = put_row(here, objects)) surplus[count++] = *slab;
    }
    return count;
}

std::optional<Pfn> SlabList::take_empty(const SlabView& view) {
    for (std::uint32_t listed = first_; listed != 0;) {
        const Pfn head{listed - 1};
        const Frame& slab = view.frames.unchecked(head);
        if (slab.slab.in_use == 0) return retire(view, head);
        listed = slab.slab.next;
    }
    return {};
}

Pfn SlabList::retire(const SlabView& view, Pfn head) {
    unlink(view, head);
    --empty_;
    --slabs_;
    return head;
}

void SlabList::link(const SlabView& view, Pfn head) {
    Frame& slab = view.frames.unchecked(head);
    slab.slab.previous = 0;
    slab.slab.next = first_;
    if (first_ != 0) view.frames.unchecked(Pfn{first_ - 1}).slab.previous = head.raw() + 1;
    first_ = head.raw() + 1;
}

void SlabList::unlink(const SlabView& view, Pfn head) {
    const Frame& slab = view.frames.unchecked(head);
    if (slab.slab.next != 0) view.frames.unchecked(Pfn{slab.slab.next - 1}).slab.previous = slab.slab.previous;
    if (slab.slab.previous != 0) {
        view.frames.unchecked(Pfn{slab.slab.previous - 1}).slab.next = slab.slab.next;
    } else {
        first_ = slab.slab.next;
    }
}

} // namespace mm
