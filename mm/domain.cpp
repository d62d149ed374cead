// SPDX-License-Identifier: MIT
#include "mm/domain.hpp"

#include <algorithm>
#include <bit>
#include <new>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"
#include "mm/memory.hpp"
#include "mm/zero_frames.hpp"

namespace mm {

using kernel::Error;
using kernel::Event;
using kernel::fail;
using kernel::Mutant;
using kernel::Result;

void DomainDeleter::operator()(Domain* domain) const { delete domain; }

std::byte* ExclusivePages::raw_address() const { return domain_->frame_ptr(first_); }

void ExclusivePages::reset() {
    if (Domain* const domain = std::exchange(domain_, nullptr)) domain->free_block(first_);
}

Result<DomainPtr> Domain::create(Memory& memory, DomainKind kind, std::string_view name,
                                 PageCount limit) {
    const DomainId id = TRY(memory.domains().reserve());
    DomainPtr domain(new (std::nothrow) Domain(memory, id, kind, name, limit));
    if (!domain) {
        memory.domains().release(id);
        return fail(Error::OutOfMemory);
    }
    TRY(domain->open());
    memory.domains().publish(*domain);
    return domain;
}

Domain::Domain(Memory& memory, DomainId id, DomainKind kind, std::string_view name, PageCount limit)
    : memory_(memory), id_(id), kind_(kind),
      name_length_(static_cast<std::uint8_t>(std::min(name.size(), max_name))),
      window_(id, kind, memory.placements()),
      base_(window_.address(PhysAddr{0}).raw()) {
    std::copy_n(name.data(), name_length_, name_.data());
    owned_.unlocked().books.limit = limit;
}

Domain::~Domain() {
    give_all_back();
    events_.close();
    memory_.kfree(event_storage_);
    memory_.domains().release(id_);
}

Result<> Domain::open() {
    TRY(window_.open());
    const auto cpus = static_cast<unsigned>(std::bit_width(memory_.tlb().online().raw()));
    event_storage_ = TRY(memory_.kmalloc(kernel::EventAccount::bytes_for(cpus)));
    events_.open({static_cast<std::byte*>(event_storage_), kernel::EventAccount::bytes_for(cpus)});
    slab_root_ = TRY(alloc_block(DomainSlabs::order_for(cpus), Zero::Yes, FrameState::Exclusive));
    return {};
}

bool Domain::is_loaded() const {
    return !detaches(memory_.placements().scheme) || window_.is_loaded_here();
}

DomainBooks Domain::books() const {
    return owned_.with([](const Owned& owned) { return owned.books; });
}

void Domain::set_limit(PageCount limit) {
    owned_.with([&](Owned& owned) { owned.books.limit = limit; });
}

Result<ExclusivePages> Domain::alloc_pages(Order order, Zero zero, FrameState use) {
    return ExclusivePages(*this, TRY(alloc_block(order, zero, use)), order);
}

Result<Pfn> Domain::alloc_block(Order order, Zero zero, FrameState use) {
    kernel::ensure(is_exclusive(use), "exclusive memory asked for in a shared state");
    TRY(charge(order.pages()));
    const auto first = memory_.take_exclusive(order);
    if (!first) {
        uncharge(order.pages());
        return first;
    }
    if (const auto reserved = window_.reserve(PhysRange::of(*first, order)); !reserved) {
        memory_.exclusive_frames().give(*first, order);
        uncharge(order.pages());
        return std::unexpected(reserved.error());
    }
    link(*first, order, use, &DomainBooks::allocated);
    window_.map_reserved(PhysRange::of(*first, order));
    if (zero == Zero::Yes) {
        zero_new(*first, order);
    } else {
        forget_zero(memory_.frames(), *first, order);
    }
    kernel::count(Event::FramesAllocated, order.pages().raw());
    return *first;
}

void Domain::free_block(Pfn first) {
    const Frame& head = memory_.frames()[first];
    kernel::ensure(head.owner == id_ && is_exclusive(head.state) &&
                       (head.flags & frame_flag::block_head) != 0,
                   "freed what is no block of this domain's");
    const Order order{head.order};
    // While it is still mapped, and still the domain's in the frame table.
    wipe(first, order);
    owned_.with([&](Owned& owned) { unlink(owned, first, &DomainBooks::freed); });
    return_block(first, order);
}

/// Of a block that is in no list any more.
void Domain::return_block(Pfn first, Order order) {
    TlbBatch flushes = window_.batch();
    window_.unmap(PhysRange::of(first, order), flushes);
    memory_.quarantine().put(flushes, first, order);
    kernel::count(Event::FramesFreed, order.pages().raw());
}

bool Domain::owns(const void* address) const {
    const auto raw = reinterpret_cast<std::uintptr_t>(address);
    if (raw - base_ >= memory_.frames().size().bytes()) return false;
    const Frame& frame = memory_.frames()[frame_of(address)];
    return frame.owner == id_ && is_exclusive(frame.state);
}

Result<> Domain::disown(Pfn pfn, TransitTag tag) {
    if (!memory_.frames().contains(pfn)) return fail(Error::InvalidArgument);
    Frame& frame = memory_.frames()[pfn];
    if (frame.owner != id_ || frame.state != FrameState::Exclusive || frame.order != 0 ||
        (frame.flags & frame_flag::block_head) == 0) {
        return fail(Error::InvalidArgument);
    }
    owned_.with([&](Owned& owned) { unlink(owned, pfn, &DomainBooks::disowned); });
    TlbBatch flushes = window_.batch();
    if (!kernel::mutant(Mutant::SkipUnmapOnHandover)) window_.unmap(PhysRange::of(pfn, order_4k), flushes);
    frame.transit = {.tag = tag, .sender = id_, .generation = memory_.quarantine().ticket_for(flushes)};
    frame.assign(FrameState::InTransit, shared_domain);
    kernel::count(Event::FramesHandedOver);
    return {};
}

Result<> Domain::adopt(Pfn pfn, TransitTag tag) {
    if (!memory_.frames().contains(pfn)) return fail(Error::Refused);
    const Frame& frame = memory_.frames()[pfn];
    if (frame.state != FrameState::InTransit || frame.transit.tag != tag) return fail(Error::Refused);
    TRY(charge(PageCount{1}));
    if (const auto reserved = window_.reserve(PhysRange::of(pfn, order_4k)); !reserved) {
        uncharge(PageCount{1});
        return std::unexpected(reserved.error());
    }
    memory_.settle_transit(frame);
    link(pfn, order_4k, FrameState::Exclusive, &DomainBooks::adopted);
    window_.map_reserved(PhysRange::of(pfn, order_4k));
    return {};
}

Result<void*> Domain::kmalloc(std::size_t bytes) { return memory_.heap().alloc(*this, bytes); }

void Domain::kfree(void* address) { memory_.heap().free(*this, address); }

std::size_t Domain::usable_size(const void* address) const {
    return memory_.heap().usable_size(*this, address);
}

std::optional<Pfn> Domain::next_block(std::optional<Pfn> after) const {
    const FrameTable frames = memory_.frames();
    for (Pfn pfn = after ? *after + PageCount{1} : Pfn{0}; frames.contains(pfn);
         pfn = pfn + PageCount{1}) {
        const Frame& frame = frames.unchecked(pfn);
        if (frame.owner == id_ && is_exclusive(frame.state) &&
            (frame.flags & frame_flag::block_head) != 0) {
            return pfn;
        }
    }
    return {};
}

Result<> Domain::charge(PageCount pages) {
    return owned_.with([&](Owned& owned) -> Result<> {
        if (owned.books.owned + pages > owned.books.limit) return fail(Error::DomainLimit);
        owned.books.owned = owned.books.owned + pages;
        owned.books.peak = std::max(owned.books.peak, owned.books.owned);
        return {};
    });
}

void Domain::uncharge(PageCount pages) {
    owned_.with([&](Owned& owned) { owned.books.owned = owned.books.owned - pages; });
}

/// Puts a block that is charged for on the domain's list, and counts it as `cause`.
void Domain::link(Pfn first, Order order, FrameState use, Counter cause) {
    const FrameTable frames = memory_.frames();
    frames.assign(PhysRange::of(first, order), use, id_);
    Frame& head = frames[first];
    head.order = static_cast<std::uint8_t>(order.raw());
    head.flags |= frame_flag::block_head;
    head.previous = no_frame;
    owned_.with([&](Owned& owned) {
        head.next = owned.first;
        if (owned.first != no_frame) frames.unchecked(Pfn{owned.first}).previous = first.raw();
        owned.first = first.raw();
        owned.books.*cause += order.pages().raw();
    });
}

/// Takes a block off the list and the account, and counts it as `cause`.
void Domain::unlink(Owned& owned, Pfn first, Counter cause) const {
    const FrameTable frames = memory_.frames();
    const Frame& head = frames[first];
    const PageCount pages = Order{head.order}.pages();
    owned.books.owned = owned.books.owned - pages;
    owned.books.*cause += pages.raw();
    if (head.next != no_frame) frames.unchecked(Pfn{head.next}).previous = head.previous;
    if (head.previous != no_frame) {
        frames.unchecked(Pfn{head.previous}).next = head.next;
    } else {
        owned.first = head.next;
    }
}

/// Makes a new block zero, where that is not known already.
void Domain::zero_new(Pfn first, Order order) {
    if (!is_loaded()) memory_.wipe_unmapped(first, order);
    zero_for_owner(memory_.frames(), first, order, [this](Pfn pfn) { return frame_ptr(pfn); });
}

/// Zeroes a block that the domain is about to lose: through the window if this CPU has it loaded,
/// else through the temporary mapping. From here on the frames are known to hold zeros.
void Domain::wipe(Pfn first, Order order) {
    if (kernel::mutant(Mutant::SkipZeroOnFree)) return;
    if (!is_loaded()) return memory_.wipe_unmapped(first, order);
    const FrameTable frames = memory_.frames();
    for (std::uint64_t page = 0; page < order.pages().raw(); ++page) {
        const Pfn pfn = first + PageCount{page};
        arch::zero_words(frame_ptr(pfn), words_per_page);
        frames.unchecked(pfn).flags |= frame_flag::zeroed;
    }
    kernel::count(Event::FramesZeroed, order.pages().raw());
}

void Domain::give_all_back() {
    const FrameTable frames = memory_.frames();
    bool leak = kernel::mutant(Mutant::LeakFrame);
    // Nobody else knows the domain any more, so its list needs no lock.
    Owned& owned = owned_.unlocked();
    while (owned.first != no_frame) {
        const Pfn first{owned.first};
        const Order order{frames[first].order};
        unlink(owned, first, &DomainBooks::freed);
        if (std::exchange(leak, false)) {
            window_.unmap(PhysRange::of(first, order));
            continue;
        }
        wipe(first, order);
        return_block(first, order);
    }
    const DomainBooks& books = owned.books;
    kernel::ensure(books.owned == PageCount{} &&
                       books.allocated + books.adopted == books.freed + books.disowned,
                   "a domain's books do not balance at its end");
}

} // namespace mm
