// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <type_traits>
#include <variant>

#include "mm/placement/cloned_map.hpp"
#include "mm/placement/in_place.hpp"
#include "mm/placement/keyed_window.hpp"
#include "mm/placement/own_window.hpp"
#include "mm/placement/placement.hpp"
#include "mm/placement/placements.hpp"

namespace mm {

/// Where a domain sees its exclusive frames: the frame at physical address pa is at base + pa. How they are mapped
/// there is the placement policy that the boot options chose (mm/placement); callers need not know.
///
/// Tables are made before they are needed (reserve) and stay until the window ends, so mapping what was reserved
/// cannot fail.
class Window {
    using Chosen = std::variant<OwnWindow, ClonedMap, KeyedWindow, InPlace>;

    /// std::visit, with the default in a straight line, and what it is compared with: `none`.
    template <class Variant, class Function>
    static auto with(Variant& chosen, Function&& fn) {
        if (auto* own = std::get_if<OwnWindow>(&chosen)) [[likely]]
            return fn(*own);
        if (auto* in_place = std::get_if<InPlace>(&chosen)) return fn(*in_place);
        auto rare = fn; // a copy, so that what `fn` holds can stay in registers on the usual way
        return std::visit(rare, chosen);
    }

public:
    Window(DomainId owner, DomainKind kind, const Placements& placements);
    /// Gives the tables back. Precondition: nothing is mapped, no address space has the window.
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    /// Makes the root table; before anything else. Errors: OutOfMemory; NoProtectionKey (isolation pks).
    kernel::Result<> open() {
        return with(chosen_, [](auto& policy) { return policy.open(); });
    }

    DomainId owner() const { return owner_; }
    DomainKind kind() const { return kind_; }

    // --- addresses: any context, O(1) --------------------------------------------------------------

    VirtAddr address(PhysAddr physical) const { return base_ + physical.raw(); }
    /// Precondition: contains(address).
    PhysAddr phys(VirtAddr address) const { return PhysAddr{address - base_}; }
    bool contains(VirtAddr address) const { return address - base_ < arch::slot_size; }

    // --- mapping: thread context -------------------------------------------------------------------

    /// Makes the tables that frames of `range` need. Error: OutOfMemory.
    kernel::Result<> reserve(PhysRange range) {
        return with(chosen_, [&](auto& policy) { return policy.reserve(range); });
    }

    /// Maps frames whose tables are reserved. No flush: what was not present is not cached.
    void map_reserved(std::span<const PageRun> runs) {
        with(chosen_, [&](auto& policy) { policy.map(runs); });
    }
    void map_reserved(PhysRange range) {
        const PageRun run = PageRun::of(range);
        map_reserved({&run, 1});
    }

    /// Both. Error: OutOfMemory, with nothing mapped.
    kernel::Result<> map(PhysRange range);

    /// Unmaps frames; when it returns, no CPU can reach them through this window.
    void unmap(PhysRange range);
    /// The same with the flush left to `batch`. Of frames that may have been written to meanwhile it takes
    /// frame_flag::zeroed.
    void unmap(std::span<const PageRun> runs, TlbBatch& batch) {
        with(chosen_, [&](auto& policy) { policy.unmap(runs, batch); });
    }
    void unmap(PhysRange range, TlbBatch& batch) {
        const PageRun run = PageRun::of(range);
        unmap({&run, 1}, batch);
    }

    /// Unmaps frames and leaves the flush to others: the generation that CPUs have to pass, 0 for none. Nothing, and
    /// nothing unmapped, where the policy does not do that. The frames are not known to be zero.
    std::optional<std::uint64_t> unmap_unflushed(std::span<const PageRun> runs) {
        return with(chosen_, [runs, this](auto& policy) -> std::optional<std::uint64_t> {
            if constexpr (LeavesFlushes<decltype(policy)>) {
                return policy.unmap_unflushed(runs, holders_);
            } else {
                return std::nullopt;
            }
        });
    }

    /// Whether the policy can list what it maps.
    bool lists_blocks() const {
        return with(chosen_, [](auto& policy) { return ListsBlocks<decltype(policy)>; });
    }
    /// The first frames of blocks that are mapped, as many as there is room for; says how many. 0 where the policy
    /// cannot tell.
    std::size_t mapped_blocks(std::span<Pfn> room) {
        return with(chosen_, [&](auto& policy) -> std::size_t {
            if constexpr (ListsBlocks<decltype(policy)>) {
                return policy.mapped_blocks(room);
            } else {
                return 0;
            }
        });
    }

    bool is_mapped(Pfn pfn) {
        return with(chosen_, [&](auto& policy) { return policy.is_mapped(pfn); });
    }

    /// The flags of the domain's leaves, here and wherever else it maps its frames.
    arch::PteFlags leaf_flags() const {
        return with(chosen_, [](const auto& policy) { return policy.leaf_flags(); });
    }

    /// A batch for the CPUs that may hold this window's translations.
    TlbBatch batch() {
        return with(chosen_, [&](auto& policy) { return policy.batch(holders_); });
    }

    // --- what address spaces and the audit ask -------------------------------------------------------

    /// Nothing where an address space has no top-level table of its own.
    std::optional<TopEntry> top_entry() const {
        return with(chosen_, [](const auto& policy) { return policy.top_entry(); });
    }
    /// The root of the domain's own page tables, if it has any.
    std::optional<Pfn> root() const {
        return with(chosen_, [](const auto& policy) { return policy.root(); });
    }
    /// Page tables in use, the root included; they count against the domain's limit.
    PageCount tables() const {
        return with(chosen_, [](const auto& policy) { return policy.tables(); });
    }

    /// The CPUs that have an address space with this window loaded, or are just leaving one.
    CpuMask loaded_on() const { return holders_.cpus(); }
    bool is_loaded_here() const {
        const arch::PreemptGuard on_this_cpu;
        return loaded_on().contains(arch::cpu_id());
    }
    /// Who may have what cached of it.
    WindowHolders& holders() const { return holders_; }

private:
    static Chosen choose(DomainId owner, DomainKind kind, const Placements& placements);

    DomainId owner_;
    DomainKind kind_;
    WindowHolders& holders_;
    Chosen chosen_;
    VirtAddr base_;
};

} // namespace mm
