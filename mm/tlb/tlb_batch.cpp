// SPDX-License-Identifier: MIT
#include "mm/tlb/tlb_batch.hpp"

#include <arch/cpu.hpp>
#include <atomic>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"
#include "mm/frame_checks.hpp"

namespace mm {

void TlbBatch::retire(Pfn table) {
    if (kernel::mutant(kernel::Mutant::FreeTableBeforeFlush)) return tables_.give_table(table);
    begin();
    if (retired_ == no_frame) tlb_.begin_retiring();
    frames_[table].next = retired_;
    retired_ = table.raw();
}

void TlbBatch::flush_collected() {
    {
        const arch::PreemptGuard on_this_cpu;
        // A retired table needs more than its pages flushed: the processors' caches of upper-level entries
        // may lead to it (SDM vol. 3A, 4.10.3), and INVLPG empties those of the PCID in use only.
        const bool all = everything_ || retired_ != no_frame;
        FlushRequest request{.scope = scope_,
                             .extent = all ? FlushExtent::Everything : FlushExtent::Pages,
                             .pages = std::span(pages_).first(count_)};
        // Ordering: the entries are cleared before the set of CPUs is read (SharedCpuMask says why).
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (window_ != nullptr) request.ticket = {window_, window_->advance()};
        tlb_.flush(request);
        kernel::count_maximum(kernel::Event::StaleWindowNs, arch::ns_in(arch::cycles() - std::exchange(since_, 0)));
    }
    count_ = 0;
    everything_ = false;
    if (retired_ != no_frame) tlb_.end_retiring();
    while (retired_ != no_frame) {
        const Pfn table{retired_};
        ensure_listed(frames_, table, FrameState::PageTable, frames_[table].owner, "a batch's retired tables");
        retired_ = frames_[table].next;
        frames_[table].next = no_frame;
        tables_.give_table(table);
    }
}

} // namespace mm
