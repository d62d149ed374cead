// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "kernel/base/result.hpp"
#include "kernel/stats/event_account.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "mm/addr.hpp"
#include "mm/domain/block_stock.hpp"
#include "mm/domain/exclusive_pages.hpp"
#include "mm/domain/exclusive_ptr.hpp"
#include "mm/domain/page_pool.hpp"
#include "mm/domain/window.hpp"
#include "mm/domain_id.hpp"
#include "mm/frame_checks.hpp"
#include "mm/frame_table.hpp"
#include "mm/mimalloc/domain_heap.hpp"
#include "mm/tables/address_space.hpp"

namespace mm {

class Domain;
class DomainSlabs;
struct Magazine;
class Memory;

/// Destroys a domain when its last reference goes.
struct DomainDeleter {
    void operator()(Domain* domain) const;
};
using DomainPtr = std::unique_ptr<Domain, DomainDeleter>;

/// What a domain has and has had, in frames.
struct DomainBooks {
    PageCount owned;             ///< now, in use, of every exclusive state
    PageCount pooled;            ///< now, free for the domain's next allocations; they count for the limit
    PageCount limit;             ///< most it may own
    PageCount peak;              ///< most it ever owned
    std::uint64_t allocated = 0; ///< frames that became the domain's, ever
    std::uint64_t freed = 0;     ///< frames that it gave back, ever
    std::uint64_t adopted = 0;   ///< frames received from other domains, ever
    std::uint64_t disowned = 0;  ///< frames handed to other domains, ever
};

/// An owner of exclusive frames, for example a network namespace. The object itself is shared
/// memory and holds no pointer into what it owns: its window's page tables are the list of its frames
/// (with placements that cannot tell, the list runs through the frame table), and its slab caches start at a frame
/// number.
///
/// All functions: thread context, never from an interrupt handler. Those that touch the content of
/// frames (the slab functions) run with the domain's window loaded.
class Domain {
public:
    static constexpr std::size_t max_name = 31;
    /// Most single pages that are moved at a time.
    static constexpr std::size_t max_moved = 64;
    static constexpr PageCount unlimited{~std::uint64_t{0} >> page_shift};

    /// A new domain that owns nothing but the root of its slab caches. `name` is cut to max_name.
    /// Errors: OutOfMemory; NoSpace when all domain numbers are in use; NoProtectionKey (isolation pks); DomainLimit if
    /// `limit` does not hold what a domain begins with.
    static kernel::Result<DomainPtr> create(Memory& memory, DomainKind kind, std::string_view name,
                                            PageCount limit = unlimited);

    Domain(const Domain&) = delete;
    Domain& operator=(const Domain&) = delete;

    DomainId id() const { return id_; }
    DomainKind kind() const { return kind_; }
    std::string_view name() const { return {name_.data(), name_length_}; }
    Memory& memory() const { return memory_; }
    Window& window() { return window_; }
    const Window& window() const { return window_; }
    /// What the domain brings into an address space; `image` is a network namespace's, or null.
    SpaceMember space_member(const ImageMap* image) {
        return {.domain = id_, .kind = kind_, .window = &window_, .image = image, .counter_set = events_.counter_set()};
    }
    /// What was done while its address space was loaded.
    const kernel::EventAccount& events() const { return events_; }
    DomainBooks books() const;
    /// Whether its end has begun: lock of the domain table.
    bool is_ending() const { return ending_; }
    void set_limit(PageCount limit);
    /// Whether this CPU can touch the domain's memory now. Stable for the calling task.
    bool is_loaded() const;

    /// A block of frames that only this domain maps, at address(). `use` tells the frame table what
    /// for: Exclusive, Stack or Image. With Zero::No the content is arbitrary but never another
    /// domain's. Errors: DomainLimit; OutOfMemory.
    kernel::Result<ExclusivePages> alloc_pages(Order order, Zero zero, FrameState use = FrameState::Exclusive);
    /// The same without a handle; free_block() takes the block back.
    kernel::Result<Pfn> alloc_block(Order order, Zero zero, FrameState use) {
        // An image's frames are written through the image, which the window does not show.
        if (order == order_4k && use != FrameState::Image) [[likely]] {
            arch::PreemptGuard guard;
            PagePool& pool = this_pool();
            if (!pool.empty()) [[likely]] {
                const Pfn page = pool.pop();
                ensure_listed(frames_, page, FrameState::Exclusive, id_, pool_name);
                if (zero == Zero::Yes && !is_untouched(page)) make_zero(page);
                return hand_out(page, use);
            }
        }
        return alloc_slow(order, zero, use);
    }

    /// Takes back what alloc_block returned. A single page stays the domain's own, with its content,
    /// for the next allocation; what leaves the domain is cleared before it is anybody else's.
    void free_block(Pfn first) {
        Frame& frame = frames_.unchecked(first);
        check_block(first);
        if (frame.order == 0) [[likely]] {
            arch::PreemptGuard guard;
            PagePool& pool = this_pool();
            if (!pool.full()) [[likely]] {
                return keep_page(pool, first, frame);
            }
        }
        free_slow(first);
    }

    /// Gives back the pages that the domain holds free on this CPU, and its blocks. Returns how many. What it holds on
    /// other CPUs only they can give back: a domain that is at its limit asks them, unless the caller may not sleep;
    /// then up to PagePool::capacity pages for each other CPU count for the limit without being of use.
    PageCount trim();

    /// Notes that a frame of the domain is written to in a way that its window does not show, as a
    /// device does: it is not known to be zero any more.
    void written_unseen(Pfn pfn) { frames_[pfn].forget_zero(); }

    /// Where a frame of this domain is, in this domain's own address space: window base plus
    /// physical address, or the direct map with isolation `none`.
    std::byte* frame_ptr(Pfn pfn) const { return reinterpret_cast<std::byte*>(base_ + pfn.address().raw()); }
    /// The reverse. Precondition: `address` came from frame_ptr() or an allocation of this domain.
    Pfn frame_of(const void* address) const {
        return Pfn::of(PhysAddr{reinterpret_cast<std::uintptr_t>(address) - base_});
    }
    /// Whether `address` lies in a frame that this domain owns.
    bool owns(const void* address) const {
        if (reinterpret_cast<std::uintptr_t>(address) - base_ >= frames_.size().bytes()) return false;
        const Frame& frame = frames_.unchecked(frame_of(address));
        return frame.owner == id_ && is_exclusive(frame.state);
    }

    /// Hands blocks over: on return this domain neither maps nor owns them, and they are InTransit with `tag`; TLBs may
    /// know them until somebody takes them, as the flush policy says. Their content is not touched: the caller has
    /// zeroed all that is not to be handed over. Precondition: each run is a whole block, of at most 2 MiB, that
    /// alloc_block() or adopt() gave as Exclusive; none is there twice.
    void disown(std::span<const PageRun> blocks, TransitTag tag);
    /// The same for one block. Error: InvalidArgument if it is no such block.
    kernel::Result<> disown(Pfn first, TransitTag tag);
    /// Takes over a block that is in transit with `tag`, and says how large it is; its sender cannot reach it any more.
    /// Interrupts on, preemption allowed. Errors: Refused if no such block starts there; DomainLimit or OutOfMemory,
    /// and then it is still in transit.
    kernel::Result<Order> adopt(Pfn first, TransitTag tag);

    /// Exclusive memory of at least `bytes`, aligned to 16 (to the size, if that is a power of two
    /// up to a page). Errors: InvalidArgument for 0 bytes; DomainLimit; OutOfMemory.
    kernel::Result<void*> kmalloc(std::size_t bytes);
    /// Frees what kmalloc gave; null is ignored. A bad pointer is a bug (ensure).
    void kfree(void* address);
    /// The bytes that may be used at `address`, which kmalloc gave.
    std::size_t usable_size(const void* address) const;

    /// For KernelHeap: what serves kmalloc with heap=mimalloc.
    DomainHeap& heap() { return heap_; }

    /// The root of this domain's slab caches. It is exclusive memory: with the window loaded only.
    DomainSlabs& slabs() const { return *reinterpret_cast<DomainSlabs*>(frame_ptr(slab_root_)); }
    /// A CPU's magazine of an exclusive cache: its own CPU only, with preemption off and the window
    /// loaded. Precondition: the CPU was online when the domain was made.
    Magazine*& magazine(unsigned cpu, unsigned cache) const {
        return reinterpret_cast<Magazine**>(magazine_tables_.data()[cpu])[cache];
    }

    /// The domain's blocks one by one: nothing for the start, then what the last call returned,
    /// until it returns nothing. Any context may list them; blocks that come or go meanwhile may be
    /// missed. In order of address.
    std::optional<Pfn> next_block(std::optional<Pfn> after = {}) const;

private:
    friend class DomainSlabs;
    friend class DomainTable;
    friend struct DomainDeleter;

    struct Owned {
        std::uint32_t first = no_frame; ///< head of the list through Frame::next, if there is one
        DomainBooks books;
        BlockStock stock;
    };
    using Counter = std::uint64_t DomainBooks::*;
    struct SlabLock {}; ///< what it protects is exclusive memory: DomainSlabs' lists

    Domain(Memory& memory, DomainId id, DomainKind kind, std::string_view name, PageCount limit);
    ~Domain();

    static constexpr const char* pool_name = "a domain's list of idle pages";
    static constexpr std::uint8_t kept_flags = frame_flag::zeroed;

    kernel::Result<> open();
    std::uint64_t unmap_for_handover(std::span<const PageRun> blocks);
    void send_off(PageRun block, TransitTag tag, std::uint64_t generation);
    kernel::Result<> take_over(Frame& head, PageRun block);
    /// Whether the run is a block of this domain's that may be handed over. Precondition: its frames exist.
    bool may_disown(PageRun block) const {
        const Frame& frame = frames_.unchecked(block.first);
        return frame.owner == id_ && frame.state == FrameState::Exclusive && block.count == 1u << frame.order &&
               frame.order <= order_2m.raw() && (frame.flags & frame_flag::block_head) != 0;
    }
    static bool charge_in(Owned& owned, PageCount pages) {
        const PageCount after = owned.books.owned + pages;
        if (after > owned.books.limit) return false;
        owned.books.owned = after;
        if (after > owned.books.peak) owned.books.peak = after;
        return true;
    }
    /// Tries what the limit may forbid. What is free for the domain itself counts as well: the limit is reached only
    /// without it.
    template <class Attempt>
    kernel::Result<> within_limit(Attempt&& attempt) {
        for (Trimmed trimmed = Trimmed::Nowhere; !attempt();) { // in one place, so that it is inlined
            if (!trim_more(trimmed)) return kernel::fail(kernel::Error::DomainLimit);
        }
        return {};
    }
    /// Where what is free for the domain itself has been given back.
    enum class Trimmed : std::uint8_t { Nowhere, Here, Everywhere };
    /// Gives back more of it, as `trimmed` says in the end. False if nothing could be gained.
    bool trim_more(Trimmed& trimmed);
    kernel::Result<> charge(PageCount pages);
    void uncharge(PageCount pages);
    bool trim_everywhere();
    /// Enters a block that is charged for, and counts it as `cause`.
    void link(Owned& owned, Pfn first, Order order, FrameState use, Counter cause) const {
        Frame& head = frames_.unchecked(first);
        head.assign(use, id_);
        head.order = static_cast<std::uint8_t>(order.raw());
        head.flags |= frame_flag::block_head;
        if (linked_) push(owned, first);
        owned.books.*cause += order.pages().raw();
    }
    /// Takes a block off the account, and counts it as `cause`.
    void unlink(Owned& owned, Pfn first, Counter cause) const {
        const PageCount pages = Order{frames_.unchecked(first).order}.pages();
        owned.books.owned = owned.books.owned - pages;
        owned.books.*cause += pages.raw();
        if (linked_) remove(owned, first);
    }
    void push(Owned& owned, Pfn first) const;
    void remove(Owned& owned, Pfn first) const;

    /// With preemption off, as all that has to do with a pool.
    PagePool& this_pool() const {
        const unsigned cpu = arch::cpu_id();
        kernel::ensure(cpu < pools_.size(), "a domain is used on a CPU that came after it");
        return pools_.data()[cpu];
    }
    Pfn hand_out(Pfn page, FrameState use) const {
        Frame& frame = frames_.unchecked(page);
        frame.state = use;
        frame.flags = static_cast<std::uint8_t>((frame.flags & kept_flags) | frame_flag::block_head);
        return page;
    }
    /// Precondition: the pool is not full.
    static void keep_page(PagePool& pool, Pfn page, Frame& frame) {
        frame.state = FrameState::Exclusive;
        frame.flags &= kept_flags;
        pool.push(page);
    }
    void check_block([[maybe_unused]] Pfn first) const {
        kernel::ensure(frames_[first].owner == id_ && is_exclusive(frames_[first].state) &&
                           (frames_[first].flags & frame_flag::block_head) != 0,
                       "freed what is no block of this domain's");
    }
    /// States that all of a run is the domain's, in whatever use: before it is unmapped and given away.
    void ensure_owned(PageRun run) const {
        if constexpr (kernel::checks_assertions) {
            for (const Frame& frame : frames_.row(run.first, run.count)) {
                if (frame.owner != id_ || !is_exclusive(frame.state)) [[unlikely]]
                    report_wrong_frame(frames_, frames_.number(frame), FrameState::Exclusive, id_, "its way out of a domain");
            }
        }
    }
    bool is_untouched(Pfn page) const { return (frames_.unchecked(page).flags & frame_flag::untouched) != 0; }

    kernel::Result<Pfn> alloc_slow(Order order, Zero zero, FrameState use);
    kernel::Result<Pfn> take_block(Order order);
    kernel::Result<Pfn> take_page();
    kernel::Result<std::size_t> fetch_runs(std::span<PageRun> room, std::size_t most);
    void stock(std::span<const PageRun> runs);
    void free_slow(Pfn first);
    bool keep(Pfn first, Order order);
    void release_block(Pfn first, Order order);
    [[clang::preserve_most]] void make_zero(Pfn page);
    void zero_pages(PageRun run);
    void zero_fresh(PageRun block);
    void unmap_freed(std::span<const PageRun> runs, TlbBatch& flushes);
    void return_block(Pfn first, Order order);
    void return_runs(std::span<const PageRun> runs);
    std::size_t some_blocks(std::span<Pfn> room);
    void give_all_back();

    Memory& memory_;
    const FrameTable frames_;
    const DomainId id_;
    const DomainKind kind_;
    const std::uint8_t pages_at_once_; ///< of the granularity policy; 0: no pool
    bool ending_ = false;
    std::uint8_t name_length_ = 0;
    std::array<char, max_name + 1> name_{};
    Pfn slab_root_; ///< first frame of the DomainSlabs block
    /// Where in it each CPU's table of magazines is: numbers, not pointers, as this object is shared.
    std::array<std::uintptr_t, arch::max_cpus> magazine_tables_{};
    kernel::SpinLocked<SlabLock, kernel::Rank::SlabCache> slab_lock_;
    mutable kernel::SpinLocked<Owned, kernel::Rank::Domain> owned_;
    void* event_storage_ = nullptr;
    kernel::EventAccount events_;
    Window window_;
    std::span<PagePool> pools_; ///< one for each CPU that was online when the domain was made
    /// Whether blocks are linked through the frame table, because the window cannot list them.
    const bool linked_;
    const std::uintptr_t base_; ///< address of physical 0 as the owner sees it
    DomainHeap heap_;
};

} // namespace mm
