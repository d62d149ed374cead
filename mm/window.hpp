// SPDX-License-Identifier: MIT
#pragma once

#include <arch/layout.hpp>
#include <array>
#include <atomic>

#include "kernel/base/result.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "mm/direct_map.hpp"
#include "mm/page_tree.hpp"
#include "mm/policies.hpp"

namespace mm {

/// One entry of a top-level table, as a domain gives it to the address spaces it is in.
struct TopEntry {
    unsigned slot;
    arch::Pte entry;
};

/// The top-level slot that windows of a kind hang under.
constexpr unsigned window_slot(DomainKind kind) {
    return arch::window_first_slot + static_cast<unsigned>(kind);
}

/// A domain's page-table subtree: the frame at physical address pa is at base + pa, in 4 KiB leaves
/// that are never global. Where isolation is `none` there are no tables: the window is the direct map,
/// and mapping is a matter of opinion; callers need not know.
///
/// Tables are made before they are needed (reserve) and stay until the window ends, so mapping what
/// was reserved cannot fail. The lock is the innermost but for the TLB's; nothing is allocated in it.
class Window {
public:
    Window(DomainId owner, DomainKind kind, Isolation isolation, FrameTable frames, Tlb& tlb,
           TableSource& tables);
    /// Gives the tables back. Precondition: nothing is mapped, no address space has the window.
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    /// Makes the root table; before anything else. Error: OutOfMemory.
    kernel::Result<> open();

    DomainId owner() const { return owner_; }
    DomainKind kind() const { return kind_; }

    // --- addresses: any context, O(1) --------------------------------------------------------------

    VirtAddr address(PhysAddr physical) const { return VirtAddr{base_ + physical.raw()}; }
    /// Precondition: contains(address).
    PhysAddr phys(VirtAddr address) const { return PhysAddr{address.raw() - base_}; }
    bool contains(VirtAddr address) const { return address.raw() - base_ < arch::slot_size; }

    // --- mapping: thread context -------------------------------------------------------------------

    /// Makes the tables that frames of `range` need. Error: OutOfMemory.
    kernel::Result<> reserve(PhysRange range);

    /// Maps frames whose tables are reserved. No flush: what was not present is not cached.
    void map_reserved(PhysRange range);

    /// Both. Error: OutOfMemory, with nothing mapped.
    kernel::Result<> map(PhysRange range);

    /// Unmaps frames; when it returns, no CPU can reach them through this window.
    void unmap(PhysRange range);
    /// The same with the flush left to `batch`.
    void unmap(PhysRange range, TlbBatch& batch);

    bool is_mapped(Pfn pfn);

    /// A batch for the CPUs that may hold this window's translations.
    TlbBatch batch() { return {tlb_, frames_, tables_, TlbScope::Window, loaded_on_}; }

    // --- what address spaces and the audit ask -------------------------------------------------------

    /// Nothing where isolation is `none`.
    std::optional<TopEntry> top_entry() const;
    std::optional<Pfn> root() const { return root_; }
    /// Page tables in use, the root included; they count against the domain's limit.
    PageCount tables() const { return PageCount{table_count_.load(std::memory_order_relaxed)}; }

    /// The CPUs that have an address space with this window loaded, or are just leaving one.
    CpuMask loaded_on() const { return loaded_on_.load(); }
    bool is_loaded_here() const { return loaded_on().contains(arch::cpu_id()); }
    /// For AddressSpaceCache, around the load of a PGD.
    void loaded(unsigned cpu) { loaded_on_.add(cpu); }
    void unloaded(unsigned cpu) { loaded_on_.remove(cpu); }

private:
    /// The tables of recently used 2 MiB blocks, so that most map and unmap calls walk nothing.
    struct RecentTables {
        struct Slot {
            std::uint64_t block = ~std::uint64_t{0};  ///< physical address / 2 MiB
            PageTable* table = nullptr;
            Frame* frame = nullptr;
        };
        static constexpr std::size_t slots = 8;
        std::array<Slot, slots> recent;
    };

    RecentTables::Slot& table_of(RecentTables& recent, PhysAddr physical);
    PageTree tree() const { return {frames_, *root_, arch::Level::Page1G}; }

    /// Calls fn(slot of the table, index of the first entry, number of entries) for each 2 MiB block.
    template <class Function>
    void for_each_block(RecentTables& recent, PhysRange range, Function&& fn);

    DomainId owner_;
    DomainKind kind_;
    Isolation isolation_;
    FrameTable frames_;
    Tlb& tlb_;
    TableSource& tables_;
    std::uint64_t base_;
    std::optional<Pfn> root_;
    std::atomic<std::uint64_t> table_count_ = 0;
    SharedCpuMask loaded_on_;
    kernel::SpinLocked<RecentTables, kernel::Rank::Window> recent_;
};

} // namespace mm
