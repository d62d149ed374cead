// SPDX-License-Identifier: MIT
#include "mm/domain.hpp"

#include <algorithm>
#include <bit>
#include <new>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"
#include "mm/memory.hpp"

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
    : memory_(memory), frames_(memory.frames()), id_(id), kind_(kind),
      pages_at_once_(static_cast<std::uint8_t>(memory.exclusive_frames().pages_at_once())),
      name_length_(static_cast<std::uint8_t>(std::min(name.size(), max_name))),
      window_(id, kind, memory.placements()),
      keeps_(window_.shows_writes() ? kept_flags : frame_flag::detached_alone),
      base_(window_.address(PhysAddr{0}).raw()) {
    std::copy_n(name.data(), name_length_, name_.data());
    owned_.unlocked().books.limit = limit;
}

Domain::~Domain() {
    memory_.domains().begin_end(*this);
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
    DomainSlabs::initialise(*this, slab_root_, cpus);
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        magazine_tables_[cpu] =
            reinterpret_cast<std::uintptr_t>(frame_ptr(slab_root_)) + DomainSlabs::table_offset(cpu);
    }
    return {};
}

bool Domain::is_loaded() const {
    return !detaches(memory_.placements().scheme) || window_.is_loaded_here();
}

DomainBooks Domain::books() const {
    std::uint64_t pooled = 0;
    DomainBooks books = owned_.with([&pooled](const Owned& owned) {
        pooled = owned.stock.pages().raw();
        return owned.books;
    });
    // Other CPUs may be at work on their pools: then this is as good as a moment ago.
    pools_.for_each([&](const PagePool& pool) { pooled += pool.size(); });
    books.pooled = std::min(PageCount{pooled}, books.owned);
    books.owned = books.owned - books.pooled;
    return books;
}

void Domain::set_limit(PageCount limit) {
    owned_.with([&](Owned& owned) { owned.books.limit = limit; });
}

Result<ExclusivePages> Domain::alloc_pages(Order order, Zero zero, FrameState use) {
    return ExclusivePages(*this, TRY(alloc_block(order, zero, use)), order);
}

// The audit looks while every CPU stands still where it could have been preempted. So what a frame's state says
// and what the window maps change together, with preemption off (`seen_whole`).

// --- taking --------------------------------------------------------------------------------------

Result<Pfn> Domain::alloc_slow(Order order, Zero zero, FrameState use) {
    kernel::ensure(is_exclusive(use), "exclusive memory asked for in a shared state");
    const Pfn first = TRY(order == order_4k && pages_at_once_ != 0 ? take_page() : take_block(order));
    if (zero == Zero::Yes) zero_block(first, order);
    for (std::uint64_t page = order.pages().raw(); page-- > 0;) {
        Frame& frame = frames_.unchecked(first + PageCount{page});
        frame.assign(use, id_);
        frame.flags &= use == FrameState::Image ? frame_flag::detached_alone : keeps_;
    }
    frames_.unchecked(first).flags |= frame_flag::block_head;
    return first;
}

/// A page from this CPU's pool, which is filled up if it is empty. In state Exclusive, not handed out.
Result<Pfn> Domain::take_page() {
    std::array<Pfn, max_moved> fetched;
    std::size_t wanted = 0;
    {
        arch::PreemptGuard guard;
        PagePool& pool = pools_.local();
        if (!pool.empty()) return pool.pop();
        wanted = pool.next_fetch(pages_at_once_);
    }
    const std::size_t count = TRY(fetch_pages(std::span(fetched).first(wanted)));
    stock(std::span<const Pfn>(fetched).subspan(1, count - 1));
    return fetched[0];
}

/// Makes pages the domain's own and maps them; at least one, unless there is an error.
Result<std::size_t> Domain::fetch_pages(std::span<Pfn> room) {
    std::size_t wanted = room.size();
    while (!charge(PageCount{wanted})) {
        if (wanted == 1) return fail(Error::DomainLimit);
        wanted = 1;
    }
    const auto taken = memory_.take_exclusive_pages(room.first(wanted));
    const std::size_t count = taken ? *taken : 0;
    if (count < wanted) uncharge(PageCount{wanted - count});
    if (!taken) return taken;
    const std::span<const Pfn> pages = room.first(count);
    if (const auto reserved = window_.reserve_pages(pages); !reserved) {
        memory_.exclusive_frames().give_pages(pages);
        uncharge(PageCount{count});
        return std::unexpected(reserved.error());
    }
    const arch::PreemptGuard seen_whole;
    for (const Pfn page : pages) {
        Frame& frame = frames_.unchecked(page);
        const std::uint8_t untouched = (frame.flags & frame_flag::zeroed) != 0 ? frame_flag::untouched : 0;
        frame.flags = (frame.flags & kept_flags) | untouched | frame_flag::per_cpu_list;
        frame.order = 0;
        frame.assign(FrameState::Exclusive, id_);
    }
    owned_.with([&](Owned& owned) {
        for (const Pfn page : pages) push(owned, page);
        owned.books.allocated += count;
    });
    window_.map_pages(pages);
    kernel::count(Event::FramesAllocated, count);
    return count;
}

/// Puts pages that are the domain's into this CPU's pool; what has no room goes back.
void Domain::stock(std::span<const Pfn> pages) {
    {
        arch::PreemptGuard guard;
        PagePool& pool = pools_.local();
        for (; !pages.empty() && !pool.full(); pages = pages.subspan(1)) pool.push(pages.front());
    }
    if (!pages.empty()) return_pages(pages);
}

/// A block that is not from the pool; its frames have yet to be assigned their use.
Result<Pfn> Domain::take_block(Order order) {
    if (order != order_4k) {
        if (const auto kept = owned_.with([order](Owned& owned) { return owned.stock.take(order); })) return *kept;
    }
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
    const arch::PreemptGuard seen_whole;
    frames_.assign(PhysRange::of(*first, order), FrameState::Exclusive, id_);
    owned_.with([&](Owned& owned) { link(owned, *first, order, FrameState::Exclusive, &DomainBooks::allocated); });
    window_.map_reserved(PhysRange::of(*first, order));
    kernel::count(Event::FramesAllocated, order.pages().raw());
    return *first;
}

// --- giving back ---------------------------------------------------------------------------------

void Domain::free_slow(Pfn first) {
    const Order order{frames_[first].order};
    if (order != order_4k || pages_at_once_ == 0) {
        if (keep(first, order)) return;
        return release_block(first, order);
    }
    std::array<Pfn, max_moved> surplus;
    surplus[0] = first;
    std::size_t count = 1;
    {
        arch::PreemptGuard guard;
        count += pools_.local().take_oldest(std::span(surplus).subspan(1, pages_at_once_));
    }
    return_pages(std::span<const Pfn>(surplus).first(count));
}

/// Keeps a block with its content for the domain's next allocation, if there is room.
bool Domain::keep(Pfn first, Order order) {
    const FrameState use = frames_.unchecked(first).state;
    if (order == order_4k || pages_at_once_ == 0 || use == FrameState::Stack) return false; // a task ends seldom
    const arch::PreemptGuard seen_whole;
    for (std::uint64_t page = 0; page < order.pages().raw(); ++page) {
        Frame& frame = frames_.unchecked(first + PageCount{page});
        frame.state = FrameState::Exclusive;
        frame.flags &= kept_flags;
    }
    if (owned_.with([&](Owned& owned) { return owned.stock.put(first, order); })) return true;
    frames_.unchecked(first).flags |= frame_flag::block_head;
    return false;
}

void Domain::release_block(Pfn first, Order order) {
    if (!kernel::mutant(Mutant::SkipZeroOnFree)) zero_block(first, order);  // while it is still mapped
    owned_.with([&](Owned& owned) { unlink(owned, first, &DomainBooks::freed); });
    return_block(first, order);
}

/// Of a block that is in no list any more.
void Domain::return_block(Pfn first, Order order) {
    const arch::PreemptGuard seen_whole;
    TlbBatch flushes = window_.batch();
    window_.unmap(PhysRange::of(first, order), flushes);
    memory_.quarantine().put(flushes, first, order);
    kernel::count(Event::FramesFreed, order.pages().raw());
}

/// Single pages leave the domain: one flush for all of them.
void Domain::return_pages(std::span<const Pfn> pages) {
    if (!kernel::mutant(Mutant::SkipZeroOnFree)) zero_pages(pages);
    owned_.with([&](Owned& owned) {
        for (const Pfn page : pages) remove(owned, page);
        owned.books.owned = owned.books.owned - PageCount{pages.size()};
        owned.books.freed += pages.size();
    });
    const arch::PreemptGuard seen_whole;
    TlbBatch flushes = window_.batch();
    window_.unmap_pages(pages, flushes);
    memory_.quarantine().put_pages(flushes, pages);
    kernel::count(Event::FramesFreed, pages.size());
}

PageCount Domain::trim() {
    std::array<Pfn, max_moved> idle;
    std::size_t count = 0;
    {
        arch::PreemptGuard guard;
        PagePool& pool = pools_.local();
        pool.start_small();
        count = pool.take_oldest(idle);
    }
    if (count != 0) return_pages(std::span<const Pfn>(idle).first(count));
    PageCount returned{count};
    while (const auto block = owned_.with([](Owned& owned) { return owned.stock.take_any(); })) {
        release_block(block->first, block->order);
        returned = returned + block->order.pages();
    }
    return returned;
}

// --- handing over --------------------------------------------------------------------------------

inline bool Domain::charge_in(Owned& owned, PageCount pages) {
    const PageCount after = owned.books.owned + pages;
    if (after > owned.books.limit) return false;
    owned.books.owned = after;
    if (after > owned.books.peak) owned.books.peak = after;
    return true;
}

/// Tries what the limit may forbid. What is free for the domain itself counts as well: the limit is reached only
/// without it.
template <class Attempt>
inline Result<> Domain::within_limit(Attempt&& attempt) {
    if (attempt()) [[likely]] return {};
    if (trim() != PageCount{} && attempt()) return {};
    if (trim_everywhere() && attempt()) return {};
    return fail(Error::DomainLimit);
}

/// Returns the generation of the window that CPUs have to pass before the frames may be another's; 0: they have.
inline std::uint64_t Domain::unmap_for_handover(std::span<const Pfn> frames) {
    const bool defers = memory_.quarantine().defers();
    if (defers) {
        if (const auto generation = window_.unmap_unflushed(frames)) [[likely]] return *generation;
    }
    TlbBatch flushes = window_.batch();
    window_.unmap_pages(frames, flushes);
    return defers && flushes.can_wait() ? flushes.defer().generation : 0;
}

inline void Domain::send_off(Pfn pfn, TransitTag tag, std::uint64_t generation) {
    Frame& frame = frames_.unchecked(pfn);
    frame.transit = {.tag = tag, .sender = id_, .generation = generation};
    forget_zero_of(frame);
    frame.assign(FrameState::InTransit, shared_domain);
}

Result<> Domain::disown(Pfn pfn, TransitTag tag) {
    if (!may_disown(pfn)) return fail(Error::InvalidArgument);
    owned_.with([&](Owned& owned) { unlink(owned, pfn, &DomainBooks::disowned); });
    const arch::PreemptGuard seen_whole;
    std::uint64_t generation = 0;
    if (!kernel::mutant(Mutant::SkipUnmapOnHandover)) generation = unmap_for_handover({&pfn, 1});
    send_off(pfn, tag, generation);
    kernel::count(Event::FramesHandedOver);
    return {};
}

void Domain::disown_all(std::span<const Pfn> frames, TransitTag tag) {
    owned_.with([&](Owned& owned) {
        for (const Pfn pfn : frames) {
            kernel::ensure(may_disown(pfn), "handed over what is no packet frame of this domain's");
            remove(owned, pfn);
        }
        owned.books.owned = owned.books.owned - PageCount{frames.size()};
        owned.books.disowned += frames.size();
    });
    const arch::PreemptGuard seen_whole;
    std::uint64_t generation = 0;
    if (!kernel::mutant(Mutant::SkipUnmapOnHandover)) generation = unmap_for_handover(frames);
    for (const Pfn pfn : frames) send_off(pfn, tag, generation);
    kernel::count(Event::FramesHandedOver, frames.size());
}

Result<> Domain::adopt(Pfn pfn, TransitTag tag) {
    if (!frames_.contains(pfn) || !may_adopt(pfn, tag)) return fail(Error::Refused);
    TRY(window_.reserve(PhysRange::of(pfn, order_4k)));
    memory_.settle_transit(frames_.unchecked(pfn));
    const auto take_in = [&] {
        const arch::PreemptGuard seen_whole;
        const bool linked = owned_.with([&](Owned& owned) {
            if (!charge_in(owned, PageCount{1})) return false;
            link(owned, pfn, order_4k, FrameState::Exclusive, &DomainBooks::adopted);
            return true;
        });
        if (linked) window_.map_reserved(PhysRange::of(pfn, order_4k));
        return linked;
    };
    return within_limit(take_in);
}

std::size_t Domain::adopt_some(std::span<const Pfn> frames, TransitTag tag) {
    // Claims, until the frame table has been asked; one frame may be claimed twice.
    for (const Pfn pfn : frames) {
        if (!frames_.contains(pfn) || !may_adopt(pfn, tag)) return 0;
        memory_.settle_transit(frames_.unchecked(pfn));
    }
    if (!window_.reserve_pages(frames)) return 0;
    const arch::PreemptGuard seen_whole;
    std::size_t adopted = 0;
    owned_.with([&](Owned& owned) {
        while (adopted < frames.size() && may_adopt(frames[adopted], tag) && charge_in(owned, PageCount{1})) {
            link(owned, frames[adopted], order_4k, FrameState::Exclusive, &DomainBooks::adopted);
            ++adopted;
        }
    });
    window_.map_pages(frames.first(adopted));
    return adopted;
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

// --- books ---------------------------------------------------------------------------------------

Result<> Domain::charge(PageCount pages) {
    return within_limit([&] { return owned_.with([&](Owned& owned) { return charge_in(owned, pages); }); });
}

/// Has every CPU give back what the domain holds free there. False if nothing could be gained: there is
/// nothing, or this caller may not wait.
bool Domain::trim_everywhere() {
    return books().pooled != PageCount{} &&
           memory_.on_every_cpu([](void* domain) { static_cast<Domain*>(domain)->trim(); }, this);
}

void Domain::uncharge(PageCount pages) {
    owned_.with([&](Owned& owned) { owned.books.owned = owned.books.owned - pages; });
}

/// Puts a block that is charged for on the domain's list, and counts it as `cause`.
void Domain::link(Owned& owned, Pfn first, Order order, FrameState use, Counter cause) const {
    Frame& head = frames_.unchecked(first);
    head.assign(use, id_);
    head.order = static_cast<std::uint8_t>(order.raw());
    head.flags |= frame_flag::block_head;
    push(owned, first);
    owned.books.*cause += order.pages().raw();
}

/// Takes a block off the list and the account, and counts it as `cause`.
void Domain::unlink(Owned& owned, Pfn first, Counter cause) const {
    const PageCount pages = Order{frames_.unchecked(first).order}.pages();
    owned.books.owned = owned.books.owned - pages;
    owned.books.*cause += pages.raw();
    remove(owned, first);
}

inline void Domain::push(Owned& owned, Pfn first) const {
    Frame& head = frames_.unchecked(first);
    head.previous = no_frame;
    head.next = owned.first;
    if (owned.first != no_frame) frames_.unchecked(Pfn{owned.first}).previous = first.raw();
    owned.first = first.raw();
}

inline void Domain::remove(Owned& owned, Pfn first) const {
    const Frame& head = frames_.unchecked(first);
    if (head.next != no_frame) frames_.unchecked(Pfn{head.next}).previous = head.previous;
    if (head.previous != no_frame) {
        frames_.unchecked(Pfn{head.previous}).next = head.next;
    } else {
        owned.first = head.next;
    }
}

// --- the end -------------------------------------------------------------------------------------

void Domain::give_all_back() {
    bool leak = kernel::mutant(Mutant::LeakFrame);
    // Nobody else knows the domain any more, so its list needs no lock.
    Owned& owned = owned_.unlocked();
    while (owned.first != no_frame) {
        const Pfn first{owned.first};
        const Order order{frames_[first].order};
        if (std::exchange(leak, false)) {
            unlink(owned, first, &DomainBooks::freed);
            window_.unmap(PhysRange::of(first, order));
        } else if (order != order_4k || pages_at_once_ == 0) {
            release_block(first, order);
        } else {
            std::array<Pfn, max_moved> singles;
            std::size_t count = 0;
            for (std::uint32_t next = owned.first; next != no_frame && count < singles.size();) {
                const Frame& frame = frames_.unchecked(Pfn{next});
                if (frame.order != 0) break;
                singles[count++] = Pfn{next};
                next = frame.next;
            }
            return_pages(std::span<const Pfn>(singles).first(count));
        }
    }
    const DomainBooks& books = owned.books;
    kernel::ensure(books.owned == PageCount{} &&
                       books.allocated + books.adopted == books.freed + books.disowned,
                   "a domain's books do not balance at its end");
}

} // namespace mm
