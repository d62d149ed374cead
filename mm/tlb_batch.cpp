// SPDX-License-Identifier: MIT
#include "mm/tlb_batch.hpp"

#include <arch/cpu.hpp>
#include <atomic>

namespace mm {

void TlbBatch::flush_collected() {
    {
        const arch::PreemptGuard on_this_cpu;
        // A retired table needs more than its pages flushed: the processors' caches of upper-level
        // entries may lead to it (SDM vol. 3A, 4.10.3). Any INVLPG empties those, so one page will do.
        if (count_ == 0 && retired_ != no_frame) everything_ = true;
        // Ordering: the entries are cleared before the set of CPUs is read (SharedCpuMask says why).
        std::atomic_thread_fence(std::memory_order_seq_cst);
        tlb_.flush(cpus_.load(), {scope_, everything_, std::span(pages_).first(count_)});
    }
    count_ = 0;
    everything_ = false;
    while (retired_ != no_frame) {
        const Pfn table{retired_};
        retired_ = frames_[table].next;
        frames_[table].next = no_frame;
        tables_.give_table(table);
    }
}

} // namespace mm
