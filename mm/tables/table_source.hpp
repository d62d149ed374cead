// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/addr.hpp"

namespace mm {

/// Where page tables come from and go back to. At boot that is the early allocator, later the
/// buddy allocator, in tests one that counts and can be told to run dry.
class TableSource {
public:
    /// A frame that is in the direct map, in state PageTable, and zeroed; Zero::No: or not, for a caller who writes all
    /// of it. Its owner is the caller's to set. Thread context, no page-table lock held. Error: OutOfMemory.
    virtual kernel::Result<Pfn> take_table(Zero zero) = 0;

    /// Takes a table back; no CPU can still walk it. Thread context, no page-table lock held.
    virtual void give_table(Pfn table) = 0;

protected:
    ~TableSource() = default;
};

} // namespace mm
