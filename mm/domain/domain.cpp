// SPDX-License-Identifier: MIT
#include "mm/domain/domain.hpp"

#include <algorithm>
#include <bit>
#include <memory>
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

void DomainDeleter::operator()(Domain* domain) const {
    DomainTable& domains = domain->memory_.domains();
    const DomainId id = domain->id();
    delete domain;
    domains.release(id); // its window ends under its number
}

std::byte* ExclusivePages::raw_address() const { return domain_->frame_ptr(first_); }

void ExclusivePages::reset() {
    if (Domain* const domain = std::exchange(domain_, nullptr)) domain->free_block(first_);
}

Result<DomainPtr> Domain::create(Memory& memory, DomainKind kind, std::string_view name, PageCount limit) {
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
      name_length_(static_cast<std::uint8_t>(std::min(name.size(), max_name))), window_(id, kind, memory.placements()),
      linked_(!window_.lists_blocks()),
      base_(window_.address(PhysAddr{0}).raw()) {
    std::copy_n(name.data(), name_length_, name_.data());
    owned_.unlocked().books.limit = limit;
}

Domain::~Domain() {
    memory_.domains().begin_end(*this);
    give_all_back();
    events_.close();
    memory_.kfree(pools_.data());
    memory_.kfree(event_storage_);
    memory_.domains().withdraw(id_);
}

Result<> Domain::open() {
    TRY(window_.open());
    const auto cpus = static_cast<unsigned>(std::bit_width(memory_.tlb().online().raw()));
    event_storage_ = TRY(memory_.kmalloc(kernel::EventAccount::bytes_for(cpus)));
    events_.open({static_cast<std::byte*>(event_storage_), kernel::EventAccount::bytes_for(cpus)});
    auto* const pools = static_cast<PagePool*>(TRY(memory_.kmalloc(sizeof(PagePool) * cpus)));
    std::uninitialized_fill_n(pools, cpus, PagePool(pages_at_once_ != 0 ? PagePool::capacity : 0));
    pools_ = {pools, cpus};
    slab_root_ = TRY(alloc_block(DomainSlabs::order_for(cpus), Zero::Yes, FrameState::Exclusive));
    DomainSlabs::initialise(*this, slab_root_, cpus);
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        magazine_tables_[cpu] =
            reinterpret_cast<std::uintptr_t>(frame_ptr(slab_root_)) + DomainSlabs::table_offset(cpu);
    }
    return {};
}

bool Domain::is_loaded() const { return !detaches(memory_.placements().scheme) || window_.is_loaded_here(); }

DomainBooks Domain::books() const {
    std::uint64_t pooled = 0;
    DomainBooks books = owned_.with([&pooled](const Owned& owned) {
        pooled = owned.stock.pages().raw();
        return owned.books;
    });
    // Other CPUs may be at work on their pools: then this is as good as a moment ago.
    for (const PagePool& pool : pools_) pooled += pool.size();
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
    std::optional<Pfn> kept;
    if (order != order_4k) kept = owned_.with([order](Owned& owned) { return owned.stock.take(order); });
    if (kept) ensure_row_listed(frames_, *kept, order.pages().raw(), FrameState::Exclusive, id_, "a domain's idle blocks");
    const bool pooled = order == order_4k && pages_at_once_ != 0;
    const Pfn first = kept ? *kept : TRY(pooled ? take_page() : take_block(order));
    if (zero == Zero::Yes) {
        if (!kept && !pooled) {
            zero_fresh(PageRun::of(first, order));
        } else if (kept || !is_untouched(first)) {
            zero_pages(PageRun::of(first, order));
        }
    }
    // The frames of a kept block are Exclusive already, as most are to be. An image's are written through the image,
    // which the window does not show.
    if (!kept || use != FrameState::Exclusive) {
        const std::uint8_t flags = use == FrameState::Image ? 0 : kept_flags;
        frames_.for_row(first, order.pages().raw(), [=, this](Frame& frame) {
            frame.assign(use, id_);
            frame.flags &= flags;
        });
    }
    frames_.unchecked(first).flags |= frame_flag::block_head;
    return first;
}

/// A page from this CPU's pool, which is filled up if it is empty. In state Exclusive, not handed out.
Result<Pfn> Domain::take_page() {
    std::size_t wanted = 0;
    {
        arch::PreemptGuard guard;
        PagePool& pool = this_pool();
        if (!pool.empty()) {
            const Pfn page = pool.pop();
            ensure_listed(frames_, page, FrameState::Exclusive, id_, pool_name);
            return page;
        }
        wanted = pool.next_fetch(pages_at_once_);
    }
    std::array<PageRun, 8> room;
    const std::size_t count = TRY(fetch_runs(room, wanted));
    const std::span runs = std::span(room).first(count);
    const Pfn page = runs[0].first;
    runs[0] = {page + PageCount{1}, runs[0].count - 1};
    stock(runs[0].count != 0 ? runs : runs.subspan(1));
    return page;
}

/// Makes pages the domain's own and maps them; at least one, unless there is an error. Says how many runs they are.
Result<std::size_t> Domain::fetch_runs(std::span<PageRun> room, std::size_t most) {
    while (!charge(PageCount{most})) {
        if (most == 1) return fail(Error::DomainLimit);
        most = 1;
    }
    const auto taken = memory_.take_exclusive_runs(room, most);
    const std::span<const PageRun> runs = room.first(taken ? *taken : 0);
    const std::uint64_t count = pages_in(runs);
    if (count < most) uncharge(PageCount{most - count});
    if (!taken) return taken;
    for (const PageRun& run : runs) {
        const auto reserved = window_.reserve(run.range());
        if (reserved) continue;
        memory_.exclusive_frames().give_runs(runs);
        uncharge(PageCount{count});
        return std::unexpected(reserved.error());
    }
    const arch::PreemptGuard seen_whole;
    for (const PageRun& run : runs) {
        frames_.for_row(run.first, run.count, [this](Frame& frame) {
            const unsigned zeroed = frame.flags & kept_flags;
            static_assert(kept_flags << 1 == frame_flag::untouched);
            frame.flags = static_cast<std::uint8_t>(zeroed | zeroed << 1); // zero, and so untouched
            frame.assign_page(FrameState::Exclusive, id_);
        });
    }
    owned_.with([&](Owned& owned) {
        if (linked_) for_each_page(runs, [&](Pfn page) { push(owned, page); });
        owned.books.allocated += count;
    });
    window_.map_reserved(runs);
    kernel::count(Event::FramesAllocated, count);
    return taken;
}

/// Puts pages that are the domain's into this CPU's pool; if it was filled meanwhile, they go back.
void Domain::stock(std::span<const PageRun> runs) {
    {
        arch::PreemptGuard guard;
        PagePool& pool = this_pool();
        for (; !runs.empty() && runs.back().count <= pool.room(); runs = runs.first(runs.size() - 1))
            pool.push_run(runs.back());
    }
    if (!runs.empty()) return_runs(runs);
}

/// A block that is neither from the pool nor from the stock; its frames have yet to be assigned their use.
Result<Pfn> Domain::take_block(Order order) {
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
    std::optional<PageRuns<max_moved>> oldest;
    {
        arch::PreemptGuard guard;
        PagePool& pool = this_pool();
        oldest.emplace(pool.oldest(pages_at_once_));
        pool.drop_oldest(pages_at_once_);
        keep_page(pool, first, frames_.unchecked(first));
    }
    return_runs(oldest->all());
}

/// Keeps a block with its content for the domain's next allocation, in the place of those kept longest. False for one
/// that is not to be kept.
bool Domain::keep(Pfn first, Order order) {
    const FrameState use = frames_.unchecked(first).state;
    if (order == order_4k || order > BlockStock::largest || pages_at_once_ == 0 || use == FrameState::Stack)
        return false; // a task ends seldom
    frames_.unchecked(first).flags &= kept_flags;
    if (use != FrameState::Exclusive) {
        const arch::PreemptGuard seen_whole;
        frames_.for_row(first, order.pages().raw(), [](Frame& frame) { frame.state = FrameState::Exclusive; });
    }
    while (true) {
        std::optional<BlockStock::Block> oldest;
        const bool kept = owned_.with([&](Owned& owned) {
            if (owned.stock.put(first, order)) return true;
            oldest = owned.stock.take_oldest();
            return false;
        });
        if (kept) return true;
        release_block(oldest->first, oldest->order);
    }
}

void Domain::release_block(Pfn first, Order order) {
    owned_.with([&](Owned& owned) { unlink(owned, first, &DomainBooks::freed); });
    return_block(first, order);
}

/// Of a block that is in no list any more.
void Domain::return_block(Pfn first, Order order) {
    const arch::PreemptGuard seen_whole;
    TlbBatch flushes = window_.batch();
    const PageRun block = PageRun::of(first, order);
    unmap_freed({&block, 1}, flushes);
    memory_.quarantine().put(flushes, first, order);
    kernel::count(Event::FramesFreed, order.pages().raw());
}

/// Single pages leave the domain: one flush for all of them.
void Domain::return_runs(std::span<const PageRun> runs) {
    const std::uint64_t count = pages_in(runs);
    owned_.with([&](Owned& owned) {
        if (linked_) for_each_page(runs, [&](Pfn page) { remove(owned, page); });
        owned.books.owned = owned.books.owned - PageCount{count};
        owned.books.freed += count;
    });
    const arch::PreemptGuard seen_whole;
    TlbBatch flushes = window_.batch();
    unmap_freed(runs, flushes);
    memory_.quarantine().put_runs(flushes, runs);
    kernel::count(Event::FramesFreed, count);
}

PageCount Domain::trim() {
    PageCount returned;
    while (true) {
        std::optional<PageRuns<max_moved>> idle;
        {
            arch::PreemptGuard guard;
            PagePool& pool = this_pool();
            pool.start_small();
            idle.emplace(pool.oldest(max_moved));
            pool.drop_oldest(max_moved);
        }
        if (idle->all().empty()) break;
        return_runs(idle->all());
        returned = returned + PageCount{pages_in(idle->all())};
    }
    while (const auto block = owned_.with([](Owned& owned) { return owned.stock.take_oldest(); })) {
        release_block(block->first, block->order);
        returned = returned + block->order.pages();
    }
    return returned;
}

Result<void*> Domain::kmalloc(std::size_t bytes) { return memory_.heap().alloc(*this, bytes); }

void Domain::kfree(void* address) { memory_.heap().free(*this, address); }

std::size_t Domain::usable_size(const void* address) const { return memory_.heap().usable_size(*this, address); }

std::optional<Pfn> Domain::next_block(std::optional<Pfn> after) const {
    const FrameTable frames = memory_.frames();
    for (Pfn pfn = after ? *after + PageCount{1} : Pfn{0}; frames.contains(pfn); pfn = pfn + PageCount{1}) {
        const Frame& frame = frames.unchecked(pfn);
        if (frame.owner == id_ && is_exclusive(frame.state) && (frame.flags & frame_flag::block_head) != 0) {
            return pfn;
        }
    }
    return {};
}

// --- books ---------------------------------------------------------------------------------------

Result<> Domain::charge(PageCount pages) {
    return within_limit([&] { return owned_.with([&](Owned& owned) { return charge_in(owned, pages); }); });
}

bool Domain::trim_more(Trimmed& trimmed) {
    if (trimmed == Trimmed::Nowhere) {
        trimmed = Trimmed::Here;
        if (trim() != PageCount{}) return true;
    }
    if (trimmed == Trimmed::Everywhere) return false;
    trimmed = Trimmed::Everywhere;
    return trim_everywhere();
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

void Domain::push(Owned& owned, Pfn first) const {
    Frame& head = frames_.unchecked(first);
    head.previous = no_frame;
    head.next = owned.first;
    if (owned.first != no_frame) frames_.unchecked(Pfn{owned.first}).previous = first.raw();
    owned.first = first.raw();
}

void Domain::remove(Owned& owned, Pfn first) const {
    const Frame& head = frames_.unchecked(first);
    if (head.next != no_frame) frames_.unchecked(Pfn{head.next}).previous = head.previous;
    if (head.previous != no_frame) {
        frames_.unchecked(Pfn{head.previous}).next = head.next;
    } else {
        owned.first = head.next;
    }
}

// --- the end -------------------------------------------------------------------------------------

/// The first frames of blocks of the domain's, in use or kept; says how many, 0 if it owns none. Precondition: nobody
/// else knows the domain.
std::size_t Domain::some_blocks(std::span<Pfn> room) {
    if (!linked_) return window_.mapped_blocks(room);
    std::size_t count = 0;
    for (std::uint32_t next = owned_.unlocked().first; next != no_frame && count < room.size(); ++count) {
        room[count] = Pfn{next};
        next = frames_[room[count]].next;
    }
    return count;
}

void Domain::give_all_back() {
    bool leak = kernel::mutant(Mutant::LeakFrame);
    std::array<Pfn, max_moved> blocks;
    while (owned_.unlocked().books.owned != PageCount{}) {
        const std::size_t found = some_blocks(blocks);
        kernel::ensure(found != 0, "a domain's frames are lost");
        std::size_t singles = 0; // stand at the front, where room has been made
        for (const Pfn first : std::span(blocks).first(found)) {
            const Frame& frame = frames_[first];
            if (frame.state == FrameState::SlabExclusive) kernel::count(Event::ObjectsFreed, frame.slab.in_use);
            const Order order{frame.order};
            if (std::exchange(leak, false)) {
                owned_.with([&](Owned& owned) { unlink(owned, first, &DomainBooks::freed); });
                window_.unmap(PhysRange::of(first, order));
            } else if (order != order_4k || pages_at_once_ == 0) {
                release_block(first, order);
            } else {
                blocks[singles++] = first;
            }
        }
        if (singles != 0) return_runs(PageRuns<max_moved>(std::span<const Pfn>(blocks).first(singles)).all());
    }
    const DomainBooks& books = owned_.unlocked().books;
    kernel::ensure(books.owned == PageCount{} && books.allocated + books.adopted == books.freed + books.disowned,
                   "a domain's books do not balance at its end");
}

} // namespace mm
