// SPDX-License-Identifier: MIT
#include "mm/tlb/pcid_slots.hpp"

#include <arch/pgd.hpp>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"

namespace mm {

using kernel::Mutant;

std::uint64_t PcidSlots::choose(const TlbSpace& space, const TlbSpace::Generations& now) {
    for (std::size_t pcid = 0; pcid < count; ++pcid) {
        Slot& slot = slots_[pcid];
        if (slot.space != space.id()) continue;
        current_ = pcid;
        const bool up_to_date = slot.generations == now || kernel::mutant(Mutant::SkipGenerationCheck);
        refresh(now);
        if (!up_to_date) return pcid;
        kernel::count(kernel::Event::Cr3Kept);
        return pcid | arch::keep_translations;
    }
    // The one in use is passed over: the task that is leaving may be back soon.
    do victim_ = victim_ % (count - 1) + 1;
    while (victim_ == current_);
    slots_[victim_] = {.space = space.id(), .generations = now};
    current_ = victim_;
    return kernel::mutant(Mutant::PcidReuseWithoutFlush) ? current_ | arch::keep_translations : current_;
}

} // namespace mm
