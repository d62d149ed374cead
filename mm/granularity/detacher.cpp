// SPDX-License-Identifier: MIT
#include "mm/granularity/detacher.hpp"

#include <arch/cpu.hpp>

#include "mm/buddy/zero_frames.hpp"

namespace mm {

kernel::Result<Pfn> Detacher::detach(Order order, FrameState state) {
    const arch::PreemptGuard seen_whole; // the audit sees both steps, or none
    const Pfn first = TRY(frames_.take(order, state));
    if (const auto removed = direct_map_.remove(PhysRange::of(first, order)); !removed) {
        frames_.give(first, order);
        return std::unexpected(removed.error());
    }
    return first;
}

void Detacher::attach(Pfn first, Order order) {
    if (direct_map_.is_copied()) forget_zero(frames_.frames(), first, order);
    const arch::PreemptGuard seen_whole;
    direct_map_.restore(PhysRange::of(first, order));
    frames_.give(first, order);
}

} // namespace mm
