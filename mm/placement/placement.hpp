// SPDX-License-Identifier: MIT
#pragma once

#include <arch/layout.hpp>
#include <arch/pte.hpp>
#include <concepts>
#include <optional>
#include <type_traits>

#include "kernel/base/result.hpp"
#include "mm/domain_id.hpp"
#include "mm/page_run.hpp"
#include "mm/tlb/tlb_batch.hpp"

namespace mm {

/// One entry of a top-level table, as a domain gives it to the address spaces it is in.
struct TopEntry {
    unsigned slot;
    arch::Pte entry;
};

/// The top-level slot that windows of a kind hang under.
constexpr unsigned window_slot(DomainKind kind) { return arch::window_first_slot + static_cast<unsigned>(kind); }

/// An optional ability of a placement: its tables hold one domain's frames only, and so are the list of its blocks. For
/// the others the domain keeps a list.
template <class Policy>
concept ListsBlocks = requires(std::remove_cvref_t<Policy> policy, std::span<Pfn> room) {
    { policy.mapped_blocks(room) } -> std::same_as<std::size_t>;
};

/// An optional ability of a placement: it unmaps frames that go to another domain without a flush, and returns the
/// generation of the window that CPUs have to pass before they are that domain's, 0 if nothing has to.
template <class Policy>
concept LeavesFlushes =
    requires(std::remove_cvref_t<Policy> policy, std::span<const PageRun> runs, WindowHolders& holders) {
        { policy.unmap_unflushed(runs, holders) } -> std::same_as<std::uint64_t>;
    };

/// Where and how one domain's exclusive frames are mapped. A policy is one class that meets this concept, in a file
/// of its own, one line in Scheme and one in Window::choose(). mm::Window is what callers see of it.
///
/// Optional: ListsBlocks, LeavesFlushes.
///
/// Thread context; the lock of a policy has rank Window or DirectMap, and nothing is allocated inside it.
template <class Policy>
concept PlacementPolicy = requires(Policy policy, const Policy& constant, PhysRange range,
                                   std::span<const PageRun> runs, Pfn pfn, TlbBatch& batch, WindowHolders& holders) {
    // Makes what the domain needs before its first frame. Error: OutOfMemory, or the policy's own.
    { policy.open() } -> std::same_as<kernel::Result<>>;
    // The frame at physical address pa is at base + pa.
    { constant.base() } -> std::same_as<VirtAddr>;
    // Makes the tables that frames of the range need. Error: OutOfMemory.
    { policy.reserve(range) } -> std::same_as<kernel::Result<>>;
    // Maps frames whose tables are reserved.
    { policy.map(runs) } -> std::same_as<void>;
    // Unmaps frames, and puts into the batch what has to be flushed. Of those that may have been written to since they
    // were mapped it takes frame_flag::zeroed, by what the entry says in the same step in which it goes. A policy that
    // cannot tell takes it when it maps.
    { policy.unmap(runs, batch) } -> std::same_as<void>;
    // A batch whose scope and CPUs are true of what unmap() takes away (TlbScope); `holders` are the CPUs that have
    // the domain loaded. Only flushes of scope Window can be put off.
    { policy.batch(holders) } -> std::same_as<TlbBatch>;
    { policy.is_mapped(pfn) } -> std::same_as<bool>;
    // The flags of the domain's leaves, with its protection key if it has one; never global.
    { constant.leaf_flags() } -> std::same_as<arch::PteFlags>;
    // What it adds to an address space; nothing where address spaces have no tables of their own.
    { constant.top_entry() } -> std::same_as<std::optional<TopEntry>>;
    // The root of the domain's own tables, and how many they are.
    { constant.root() } -> std::same_as<std::optional<Pfn>>;
    { constant.tables() } -> std::same_as<PageCount>;
};

} // namespace mm
