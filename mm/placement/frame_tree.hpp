// SPDX-License-Identifier: MIT
#pragma once

#include <arch/layout.hpp>
#include <array>
#include <atomic>
#include <span>

#include "kernel/base/result.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "mm/page_run.hpp"
#include "mm/tables/page_tree.hpp"
#include "mm/tlb/tlb_batch.hpp"

namespace mm {

/// The page tables under one top-level slot in which the frame at physical address pa is at base + pa, in 4 KiB
/// leaves that are never global.
///
/// Tables are made before they are needed (reserve) and stay until the tree ends, so mapping what was reserved
/// cannot fail. Nothing is allocated inside the lock.
class FrameTree {
public:
    /// Tables belong to `owner`.
    FrameTree(DomainId owner, VirtAddr base, FrameTable frames, TableSource& tables)
        : owner_(owner), base_(base), frames_(frames), tables_(tables) {}
    /// Gives the tables back. Precondition: nothing is mapped, and no CPU can walk the tree.
    ~FrameTree();
    FrameTree(const FrameTree&) = delete;
    FrameTree& operator=(const FrameTree&) = delete;

    /// Makes the root table; before anything else. Error: OutOfMemory.
    kernel::Result<> open();

    VirtAddr base() const { return base_; }
    std::optional<Pfn> root() const { return root_; }
    /// Page tables in use, the root included.
    PageCount tables() const { return PageCount{table_count_.load(std::memory_order_relaxed)}; }

    /// Makes the tables that frames of `range` need. Error: OutOfMemory.
    kernel::Result<> reserve(PhysRange range);
    /// Maps frames whose tables are reserved; `flags` are those of Pte::leaf. No flush: what was not present is not
    /// cached.
    void map(std::span<const PageRun> runs, arch::PteFlags flags);
    /// Unmaps frames and leaves the flush to `batch`. Those that were written to are not known to be zero any more.
    void unmap(std::span<const PageRun> runs, TlbBatch& batch);
    /// Unmaps frames, which CPUs may still know afterwards, and which are not known to be zero, written to or not.
    void unmap_unflushed(std::span<const PageRun> runs);
    bool is_mapped(Pfn pfn);
    /// The first frames of the owner's blocks that are mapped, the lowest of them; says how many.
    std::size_t mapped_blocks(std::span<Pfn> room);

private:
    /// The tables of recently used 2 MiB blocks, so that most map and unmap calls walk nothing.
    struct RecentTables {
        struct Slot {
            std::atomic<std::uint64_t> block = ~std::uint64_t{0}; ///< physical address / 2 MiB; read without the lock
            PageTable* table = nullptr;
            Frame* frame = nullptr;
        };
        static constexpr std::size_t slots = 8;
        std::array<Slot, slots> recent;
    };

    kernel::Result<> reserve_slowly(PhysRange range);
    RecentTables::Slot& table_of(RecentTables& recent, PhysAddr physical);
    [[clang::preserve_most]] void look_up(RecentTables::Slot& slot, std::uint64_t block);
    PageTree tree() const { return {frames_, *root_, arch::Level::Page1G}; }
    VirtAddr address(PhysAddr physical) const { return base_ + physical.raw(); }

    /// Calls fn(table, index, page, count) for each stretch of pages whose entries lie in a row in one table, under
    /// the lock, and counts `live` more present entries for each page.
    template <class Function>
    void for_each_stretch(std::span<const PageRun> runs, int live, Function&& fn);
    template <class Function>
    void in_one_table(Pfn first, std::uint32_t pages, int live, Function&& fn);
    template <class Function>
    void change(std::span<const PageRun> runs, int live, Function&& fn);
    template <class Function>
    void change_more(std::span<const PageRun> runs, int live, Function& fn);

    DomainId owner_;
    VirtAddr base_;
    FrameTable frames_;
    TableSource& tables_;
    std::optional<Pfn> root_;
    std::atomic<std::uint64_t> table_count_ = 0;
    kernel::SpinLocked<RecentTables, kernel::Rank::Window> recent_;
};

} // namespace mm
