// SPDX-License-Identifier: MIT
#include "mm/tlb.hpp"

#include <arch/tlb.hpp>

#include "kernel/base/assert.hpp"
#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"

namespace mm {

void Tlb::flush(CpuMask cpus, const FlushRequest& request) {
    if (kernel::mutant(kernel::Mutant::SkipInvlpg)) return;
    const unsigned here = arch::cpu_id();
    const CpuMask targets = cpus & online_.load();
    if (targets.contains(here)) flush_here(request);
    const CpuMask others = targets.without(here);
    if (others.empty()) [[likely]] return;
    kernel::ensure(remote_ != nullptr, "several CPUs, and no way to reach their TLBs");
    remote_->flush(others, request);
}

void Tlb::flush_here(const FlushRequest& request) {
    if (!request.everything) {
        for (const VirtAddr page : request.pages) arch::invalidate_page(page.raw());
        kernel::count(kernel::Event::Invlpg, request.pages.size());
        return;
    }
    if (request.scope == TlbScope::Kernel) {
        arch::flush_local_global();
    } else {
        arch::flush_local();
    }
    kernel::count(kernel::Event::FullFlushes);
}

} // namespace mm
