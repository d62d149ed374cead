// SPDX-License-Identifier: MIT
#include "mm/tlb/tlb.hpp"

#include <arch/tlb.hpp>

#include "kernel/base/assert.hpp"
#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"

namespace mm {

using kernel::Event;
using kernel::Mutant;

namespace {

// What the hardware is told. The mutant leaves the books right and the hardware in the dark.

void forget_pages(std::span<const VirtAddr> pages) {
    kernel::count(Event::Invlpg, pages.size());
    if (kernel::mutant(Mutant::SkipInvlpg)) return;
    for (const VirtAddr page : pages) arch::invalidate_page(page.raw());
}

void forget_loaded() {
    kernel::count(Event::FullFlushes);
    if (!kernel::mutant(Mutant::SkipInvlpg)) arch::flush_local();
}

void forget_everything() {
    kernel::count(Event::FullFlushes);
    if (!kernel::mutant(Mutant::SkipInvlpg)) arch::flush_local_global();
}

} // namespace

// --- loading -------------------------------------------------------------------------------------

void Tlb::leave_windows(Cpu& cpu) {
    const unsigned here = arch::cpu_id();
    const TlbSpace::Windows& left = cpu.leaving->windows();
    const TlbSpace::Windows& loaded = cpu.loaded->windows();
    for (std::size_t kind = 0; kind < domain_kinds; ++kind) {
        if (left[kind] != nullptr && left[kind] != loaded[kind]) left[kind]->leave(here);
    }
    cpu.leaving = nullptr;
}

std::uint64_t Tlb::choose_pcid() {
    Cpu& cpu = cpus_.local();
    return cpu.pcids.choose(*cpu.loaded, cpu.loaded->generations());
}

// --- flushing ------------------------------------------------------------------------------------

CpuMask Tlb::concerned_by(const FlushRequest& request) const {
    switch (request.scope) {
    case TlbScope::Kernel:
        break;
    case TlbScope::Window:
        return request.ticket.behind();
    case TlbScope::Loaded:
        kernel::panic("who is to flush what is loaded has to be said");
    }
    const CpuMask all = online_.load();
    return kernel::mutant(Mutant::SkipShootdown) ? all & CpuMask::only(arch::cpu_id()) : all;
}

void Tlb::flush(const FlushRequest& request) { flush_on(concerned_by(request), request); }

void Tlb::flush_on(CpuMask cpus, const FlushRequest& request) {
    const unsigned here = arch::cpu_id();
    if (cpus.contains(here)) flush_here(request);
    const CpuMask others = cpus.without(here);
    if (others.empty()) [[likely]]
        return;
    kernel::ensure(remote_ != nullptr, "several CPUs, and no way to reach their TLBs");
    remote_->flush(others, request);
}

void Tlb::flush_here(const FlushRequest& request) {
    switch (request.scope) {
    case TlbScope::Kernel:
        // INVLPG drops a global translation whatever the PCID.
        return request.extent == FlushExtent::Pages ? forget_pages(request.pages) : forget_everything();
    case TlbScope::Window:
        return flush_window_here(request);
    case TlbScope::Loaded:
        return catch_up();
    }
}

void Tlb::flush_window_here(const FlushRequest& request) {
    const unsigned here = arch::cpu_id();
    Cpu& cpu = cpus_.of(here);
    WindowHolders& window = *request.ticket.window;
    // Gone from here meanwhile, and its next load will look at the generation.
    if (!cpu.loaded->contains(window)) return;
    const std::uint64_t passed = window.passed(here);
    if (passed >= request.ticket.generation) return;
    // Page by page only if these pages are all that this CPU has missed.
    if (request.extent == FlushExtent::Everything || passed + 1 != request.ticket.generation) {
        return forget_windows(cpu);
    }
    forget_pages(request.pages);
    window.set_passed(here, request.ticket.generation);
    if (!uses_pcids_) return;
    // Under this PCID the window is up to date now; other windows are as far behind as they were.
    TlbSpace::Generations now{};
    for (std::size_t kind = 0; kind < domain_kinds; ++kind) {
        const WindowHolders* const loaded = cpu.loaded->windows()[kind];
        if (loaded != nullptr) now[kind] = loaded->passed(here);
    }
    cpu.pcids.refresh(now);
}

void Tlb::catch_up() {
    const unsigned here = arch::cpu_id();
    Cpu& cpu = cpus_.of(here);
    for (const WindowHolders* window : cpu.loaded->windows()) {
        if (window != nullptr && window->passed(here) < window->generation()) return forget_windows(cpu);
    }
}

void Tlb::forget_windows(Cpu& cpu) {
    const unsigned here = arch::cpu_id();
    const TlbSpace::Generations now = cpu.loaded->generations();
    forget_loaded();
    for (std::size_t kind = 0; kind < domain_kinds; ++kind) {
        WindowHolders* const window = cpu.loaded->windows()[kind];
        if (window != nullptr) window->set_passed(here, now[kind]);
    }
    if (uses_pcids_) cpu.pcids.refresh(now);
}

} // namespace mm
