// SPDX-License-Identifier: MIT
#pragma once

#include <arch/pte.hpp>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "mm/addr.hpp"

namespace mm {

/// One page-table page, at any level: 512 entries. Software reads and writes it through the direct map
/// while processors walk it, so every access is one whole 64-bit load or store.
class PageTable {
public:
    arch::Pte read(std::size_t index) const {
        return arch::Pte{std::atomic_ref(entries_[index]).load(std::memory_order_relaxed)};
    }

    /// Ordering: release, so that a table is complete before an entry that leads to it is seen.
    void write(std::size_t index, arch::Pte entry) {
        std::atomic_ref(entries_[index]).store(entry.raw(), std::memory_order_release);
    }

    /// Writes an entry and returns what stood there, in one step: what the processor notes in an entry (Accessed, Dirty) it
    /// notes before that, or finds the new one.
    arch::Pte exchange(std::size_t index, arch::Pte entry) {
        return arch::Pte{std::atomic_ref(entries_[index]).exchange(entry.raw(), std::memory_order_acq_rel)};
    }

private:
    // Mutable only because atomic_ref of a const object is not in C++23.
    mutable std::uint64_t entries_[arch::entries_per_table];
};

static_assert(sizeof(PageTable) == page_size);

} // namespace mm
