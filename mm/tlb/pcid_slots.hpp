// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mm/tlb/tlb_space.hpp"

namespace mm {

/// One CPU's process-context identifiers (Intel SDM vol. 3A, 4.10.1) and the address spaces that have them.
/// A few suffice: a PCID pays for address spaces that take turns on a CPU, and hardware holds no more.
///
///     the CPU has a PCID for the space, and its windows are as they were    keep what is cached
///     it has one, but a window's generation moved on                        flush that PCID
///     it has none: the next PCID in turn changes hands                      flush that PCID
///
/// What is cached under a PCID whose address space is gone stays in the TLB and is never used: the PCID is
/// loaded again only with a flush, because address spaces' names are not used again.
class PcidSlots {
public:
    /// PCID 0 is the kernel's address space, for good; the others change hands.
    static constexpr std::size_t count = 8;

    constexpr PcidSlots() { slots_[0].space = TlbSpace::kernel_id; }

    /// The bits to add to CR3 for a load of `space`, whose windows are at `now`. Interrupts stay off from
    /// the reading of `now` to the load.
    std::uint64_t choose(const TlbSpace& space, const TlbSpace::Generations& now);

    /// The loaded address space's PCID was flushed, or brought up to date, after `now` was read.
    void refresh(const TlbSpace::Generations& now) { slots_[current_].generations = now; }

    std::size_t current() const { return current_; }

private:
    static constexpr std::uint64_t nobody = ~std::uint64_t{0};

    struct Slot {
        std::uint64_t space = nobody;
        TlbSpace::Generations generations{};
    };

    std::array<Slot, count> slots_{};
    std::size_t current_ = 0;
    std::size_t victim_ = 0; ///< the PCID that changed hands last
};

} // namespace mm
