// SPDX-License-Identifier: MIT
#include "mm/tlb/window_holders.hpp"

#include <arch/clock.hpp>
#include <bit>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"

namespace mm {

std::uint64_t WindowHolders::advance_unflushed(std::uint64_t since) {
    // The time before the generation: whoever passes that finds the window open.
    std::uint64_t closed = 0;
    since_.compare_exchange_strong(closed, since);
    const std::uint64_t generation = advance();
    if (cpus().empty()) close_stale_window();
    return generation;
}

[[clang::preserve_most]] void WindowHolders::close_stale_window() {
    while (true) {
        std::uint64_t since = since_.load();
        const std::uint64_t generation = this->generation();
        if (since == 0 || !behind(generation).empty() || !since_.compare_exchange_strong(since, 0)) return;
        kernel::count_maximum(kernel::Event::StaleWindowNs, arch::ns_in(arch::cycles() - since));
        if (this->generation() == generation) return;
        // Entries that were cleared just now found the window open: then it is older than they are, at worst. Whoever
        // had to pass them may have found it closed and be gone: so look again.
        std::uint64_t closed = 0;
        since_.compare_exchange_strong(closed, since);
    }
}

CpuMask WindowHolders::behind(std::uint64_t generation) const {
    CpuMask behind;
    for (std::uint32_t left = cpus().raw(); left != 0; left &= left - 1) {
        const auto cpu = static_cast<unsigned>(std::countr_zero(left));
        if (passed_[cpu].load(std::memory_order_acquire) < generation) behind = behind | CpuMask::only(cpu);
    }
    if (kernel::mutant(kernel::Mutant::SkipShootdown)) return behind & CpuMask::only(arch::cpu_id());
    return behind;
}

} // namespace mm
