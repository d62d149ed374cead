// SPDX-License-Identifier: MIT
#include "kernel/smp/shootdown.hpp"

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"

#include <arch/cpu.hpp>
#include <arch/ipi.hpp>

#include <algorithm>
#include <bit>

namespace kernel::smp {

namespace {
[[clang::no_destroy]] constinit Shootdown booted;

/// Calls fn(cpu) for each CPU of a mask.
template <class F>
void for_each_cpu(std::uint32_t mask, F&& fn) {
    for (; mask != 0; mask &= mask - 1) fn(static_cast<unsigned>(std::countr_zero(mask)));
}
} // namespace

Shootdown& shootdown() { return booted; }

void Shootdown::flush(mm::CpuMask cpus, const mm::FlushRequest& request) {
    if (mutant(Mutant::SkipShootdown)) return;
    ensure(!arch::in_interrupt(), "a flush of other CPUs from an interrupt handler");
    const unsigned here = arch::cpu_id();
    Request& own = requests_.local();
    own.scope = request.scope;
    const bool fits = request.pages.size() <= own.pages.size();
    own.extent = fits ? request.extent : mm::FlushExtent::Everything;
    own.ticket = request.ticket;
    own.count = fits ? request.pages.size() : 0;
    std::copy_n(request.pages.begin(), own.count, own.pages.begin());
    own.waiting.store(cpus.raw(), std::memory_order_relaxed);
    for_each_cpu(cpus.raw(), [&](unsigned cpu) {
        // A CPU with something in its inbox has an interrupt on the way, or is just taking it.
        const std::uint32_t before = inbox_.of(cpu).fetch_or(mm::CpuMask::only(here).raw(), std::memory_order_acq_rel);
        if (before == 0) arch::send_ipi(cpu, arch::Ipi::Flush);
        count(Event::IpisSent);
    });
    while (own.waiting.load(std::memory_order_acquire) != 0) {
        answer();
        arch::pause();
    }
}

void Shootdown::answer() {
    const unsigned here = arch::cpu_id();
    std::atomic<std::uint32_t>& inbox = inbox_.of(here);
    if (inbox.load(std::memory_order_relaxed) == 0) return;
    for_each_cpu(inbox.exchange(0, std::memory_order_acq_rel), [&](unsigned sender) {
        Request& request = requests_.of(sender);
        tlb_->flush_here({.scope = request.scope,
                          .extent = request.extent,
                          .pages = std::span(request.pages).first(request.count),
                          .ticket = request.ticket});
        request.waiting.fetch_and(~mm::CpuMask::only(here).raw(), std::memory_order_acq_rel);
    });
}

} // namespace kernel::smp
