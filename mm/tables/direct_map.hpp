// SPDX-License-Identifier: MIT
#pragma once

#include <arch/layout.hpp>
#include <arch/pte.hpp>

#include "kernel/base/assert.hpp"
#include "kernel/base/result.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "mm/frame_table.hpp"
#include "mm/scheme.hpp"
#include "mm/tables/direct_map_copy.hpp"
#include "mm/tables/table_reservation.hpp"
#include "mm/tlb/tlb_batch.hpp"

namespace mm {

/// The mapping of RAM that every address space shares, at arch::direct_map_base(), and the one class
/// that turns physical addresses into pointers and back.
///
/// It starts out complete, in the largest leaves that fit, and has holes where memory is exclusive.
/// A hole smaller than its leaf splits the leaf; when the last hole of a large page closes, the leaf
/// comes back (heals) and its table is freed after a flush:
///
///     [       2 MiB leaf       ]   remove(4 KiB)   [ table ] -> 511 leaves and a hole
///     [ table ] -> 512 leaves      restore(4 KiB)  [       2 MiB leaf       ]
///
/// A large page that left whole leaves no table behind, so it must come back whole: otherwise
/// restore() would need a table, and it may not fail.
///
/// With placement `clone` this is the map of tasks in no domain, and each domain has a copy (DirectMapCopy) in which
/// every edit is repeated, under one lock and with tables reserved for all copies before the first is touched.
class DirectMap {
public:
    /// `root` is the table under the direct map's top-level slot; empty. No leaf is larger than
    /// `largest`. Tables come from `tables` until use_tables() names another source.
    DirectMap(FrameTable frames, Tlb& tlb, TableSource& tables, Pfn root, arch::Level largest, Scheme scheme);

    /// Where tables come from and go to from now on. Boot only.
    void use_tables(TableSource& tables) { tables_ = &tables; }

    /// Boot: maps RAM for good measure. Rights other than the usual ones (the kernel's code is read-only here too)
    /// also pin the range: it will not be removed. Error: OutOfMemory.
    kernel::Result<> add_ram(PhysRange ram, arch::PteFlags rights = arch::read_write);

    // --- addresses -------------------------------------------------------------------------------

    /// The pointer by which memory that the caller knows to be present is reached. O(1), any context.
    template <class T>
    static T* ptr_present(PhysAddr address) {
        kernel::ensure(address.raw() < arch::max_physical, "physical address beyond the direct map");
        return reinterpret_cast<T*>( // NOLINT(performance-no-int-to-ptr)
            arch::direct_map_base() + address.raw());
    }

    /// The same for memory that may be exclusive or no RAM at all: NotMapped. Thread context.
    template <class T>
    kernel::Result<T*> ptr(PhysAddr address) {
        if (!is_present(address)) return kernel::fail(kernel::Error::NotMapped);
        return ptr_present<T>(address);
    }

    static VirtAddr virt(PhysAddr address) { return VirtAddr{arch::direct_map_base() + address.raw()}; }

    static bool contains(VirtAddr address) { return address.raw() - arch::direct_map_base() < arch::slot_size; }

    /// Precondition: a pointer into the direct map. O(1), any context.
    static PhysAddr to_phys(const void* pointer) {
        const VirtAddr address{reinterpret_cast<std::uintptr_t>(pointer)};
        kernel::ensure(contains(address), "not a pointer into the direct map");
        return PhysAddr{address.raw() - arch::direct_map_base()};
    }

    bool is_present(PhysAddr address);

    // --- holes -----------------------------------------------------------------------------------

    /// Takes whole pages out, all of them present; returns when no CPU can reach them. Thread context.
    /// Error: OutOfMemory, with nothing changed, if a split needs a table and there is none.
    kernel::Result<> remove(PhysRange range);

    /// The same, for several ranges under one flush: the caller flushes `batch` before using them.
    kernel::Result<> remove(PhysRange range, TlbBatch& batch);

    /// Puts whole pages back, none of them present; heals. Cannot fail. Thread context.
    void restore(PhysRange range);
    void restore(PhysRange range, TlbBatch& batch);

    /// A batch for this map's flushes.
    TlbBatch batch() { return {tlb_, frames_, *tables_, TlbScope::Kernel}; }

    Pfn root() const { return root_; }
    arch::Level largest_leaf() const { return largest_; }
    /// The flags of RAM's leaves: global where every address space has the same ones.
    arch::PteFlags usual() const { return usual_; }
    /// Whether domains see their frames at these addresses too (placement `clone`). Then a pointer that a domain kept to
    /// what it has freed is one into shared memory as soon as the frame is back, and good.
    bool is_copied() const { return (usual_ & arch::PteFlags::Global) == arch::PteFlags::None; }

    // --- copies (placement `clone`) ----------------------------------------------------------------

    /// Makes `copy` a copy of the map as it is now, and keeps it one. O(tables). Error: OutOfMemory. Thread context.
    kernel::Result<> make_copy(DirectMapCopy& copy);
    /// The reverse; gives its tables back. Precondition: no CPU has the copy loaded, and it has no domain's frames.
    void end_copy(DirectMapCopy& copy);
    /// Runs fn() while neither this map nor a copy changes. Nothing is allocated inside.
    template <class Function>
    auto locked(Function&& fn) {
        return lock_.with([&](Copies&) { return fn(); });
    }

private:
    /// The lock protects the tables below root_ as well.
    struct Copies {
        kernel::IntrusiveList<DirectMapCopy, &DirectMapCopy::hook_> list;
        std::uint64_t count = 0;
    };

    /// How many tables remove(range) needs for splits, in the table `table` at `level` and below.
    PageCount splits_needed(Pfn table, arch::Level level, PhysRange range) const;
    /// A table, and what its entries are.
    struct Place {
        Pfn table;
        arch::Level level;
    };
    /// The smallest table that has the whole of `range`.
    Place place_of(PhysRange range) const;

    static bool is_skipped(const Copies& copies, const DirectMapCopy& copy);
    PageCount tables_in(Pfn table, arch::Level level) const;
    bool pins(arch::Pte entry, arch::Level level) const;
    static PageCount splits_of_leaf(arch::Level level, PhysRange range);

    void remove_in(Copies& copies, Pfn table, arch::Level level, PhysRange range, TableReservation& spare,
                   TlbBatch& batch);
    void restore_in(Copies& copies, Pfn table, arch::Level level, PhysRange range, TlbBatch& batch);
    kernel::Result<> add_in(Pfn table, arch::Level level, PhysRange range, arch::PteFlags flags);

    void split(Pfn table, unsigned index, arch::Level level, TableReservation& spare);
    void heal_if_whole(Copies& copies, Pfn table, unsigned index, arch::Level level, TlbBatch& batch);
    void set_entry(Pfn table, unsigned index, arch::Level level, arch::Pte entry);

    FrameTable frames_;
    Tlb& tlb_;
    TableSource* tables_;
    Pfn root_;
    arch::Level largest_;
    arch::PteFlags usual_;
    kernel::SpinLocked<Copies, kernel::Rank::DirectMap> lock_;
};

/// Makes `table`, at `level`, say the same in small leaves as `leaf` of the level above. Counts the split.
void fill_with_leaves(PageTable& table, arch::Pte leaf, arch::Level level);

/// The level that the boot option `directmap.leaf` allows, given what the processor can do.
constexpr arch::Level leaf_level(DirectMapLeaf choice, bool processor_has_1g) {
    switch (choice) {
    case DirectMapLeaf::Size4K:
        return arch::Level::Page4K;
    case DirectMapLeaf::Size2M:
        return arch::Level::Page2M;
    case DirectMapLeaf::Size1G:
        break;
    }
    return processor_has_1g ? arch::Level::Page1G : arch::Level::Page2M;
}

} // namespace mm
