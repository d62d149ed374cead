// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "kernel/base/assert.hpp"
#include "kernel/base/per_cpu.hpp"
#include "mm/domain_id.hpp"
#include "mm/tlb/flush_request.hpp"
#include "mm/tlb/pcid_slots.hpp"
#include "mm/tlb/tlb_space.hpp"

namespace mm {

/// TLB coherence: who may hold which translation, and how CPUs are made to forget the ones that a page
/// table no longer holds. docs/tlb-coherence.md has the rules and the reasons.
///
/// Page-table code collects what it took away in a TlbBatch, which ends here; loads of address spaces pass
/// through here, because a load is a flush that costs nothing extra.
class Tlb {
public:
    constexpr Tlb() = default;
    Tlb(const Tlb&) = delete;
    Tlb& operator=(const Tlb&) = delete;

    // --- boot ------------------------------------------------------------------------------------

    /// A CPU that runs from now on: flushes reach it. CPU 0 is online from the start.
    void set_online(unsigned cpu) { online_.add(cpu); }
    CpuMask online() const { return online_.load(); }

    /// Precondition: before a second CPU is online.
    void set_remote(RemoteTlb& remote) { remote_ = &remote; }

    /// Address spaces get PCIDs from now on. Precondition: every CPU calls arch::enable_pcids() before it
    /// loads one; nothing but the kernel's address space was loaded so far.
    void use_pcids() { uses_pcids_ = true; }
    bool uses_pcids() const { return uses_pcids_; }

    /// What a CPU has loaded before the first load, which has no windows. Precondition: nothing is loaded there.
    void set_first_space(unsigned cpu, TlbSpace& space) { cpus_.of(cpu).loaded = &space; }

    // --- windows ---------------------------------------------------------------------------------

    /// Who holds the window of the domain with that number.
    WindowHolders& holders(DomainId domain) { return holders_[domain.raw()]; }

    // --- loading address spaces: interrupts off from prepare_load() to finish_load() --------------

    /// `space` is about to be loaded: takes note of this CPU as a holder of its windows.
    void prepare_load(TlbSpace& space);
    /// With PCIDs, after prepare_load(): the bits to add to the table's address in CR3.
    std::uint64_t choose_pcid();
    /// After CR3 was written: this CPU is no holder any more of the windows that only the last space had.
    void finish_load();

    /// What this CPU has loaded. Preemption off.
    TlbSpace& loaded() { return *cpus_.local().loaded; }
    TlbSpace& loaded_on(unsigned cpu) const { return *cpus_.of(cpu).loaded; }
    /// Whether a CPU has the space loaded, or is just leaving it.
    bool is_used_by(unsigned cpu, const TlbSpace& space) const {
        return cpus_.of(cpu).loaded == &space || cpus_.of(cpu).leaving == &space;
    }

    // --- retired tables of the direct map --------------------------------------------------------

    /// Tables were unlinked, under the page-table lock, whose entries stay until everything was flushed.
    void begin_retiring() { retiring_.fetch_add(1); }
    /// It was.
    void end_retiring() { retiring_.fetch_sub(1); }
    /// Whether a CPU may still find a page through such a table. With PCIDs alone: INVLPG of the page then leaves the
    /// upper-level entries of other PCIDs, which lead there. Under the page-table lock.
    bool is_retiring() const { return uses_pcids_ && retiring_.load() != 0; }

    // --- flushing --------------------------------------------------------------------------------

    /// Returns when no CPU that is online can use what `request` names any more. Thread context with
    /// preemption off; interrupts on if a second CPU is online.
    void flush(const FlushRequest& request);
    /// The same on these CPUs only.
    void flush_on(CpuMask cpus, const FlushRequest& request);

    /// The part for the CPU that runs this: what a shootdown request makes it do. Interrupts or preemption
    /// off; any context.
    void flush_here(const FlushRequest& request);

    /// Flushes the CPUs in behind(), a CpuMask, until it is empty. More than once only if a CPU is just loading a
    /// window: it looks behind until it has. Thread context; interrupts on if a second CPU is online.
    template <class Behind>
    void settle(Behind&& behind) {
        for (CpuMask left = behind(); !left.empty(); left = behind()) {
            const arch::PreemptGuard on_this_cpu;
            flush_on(left, {.scope = TlbScope::Loaded, .extent = FlushExtent::Everything});
        }
    }

    /// This CPU forgets what it knows of the loaded windows, if entries of theirs were cleared that it has
    /// not been told of. Interrupts or preemption off; any context.
    void catch_up();

private:
    struct Cpu {
        TlbSpace* loaded = &no_windows;
        TlbSpace* leaving = nullptr; ///< between prepare_load() and finish_load()
        PcidSlots pcids;
    };

    static inline constinit TlbSpace no_windows{TlbSpace::kernel_id};

    void leave_windows(Cpu& cpu);

    CpuMask concerned_by(const FlushRequest& request) const;
    void flush_window_here(const FlushRequest& request);
    void forget_windows(Cpu& cpu);

    SharedCpuMask online_{CpuMask::only(0)};
    RemoteTlb* remote_ = nullptr;
    bool uses_pcids_ = false;
    std::atomic<std::uint32_t> retiring_{0}; ///< batches with such tables
    kernel::PerCpu<Cpu> cpus_;
    std::array<WindowHolders, max_domains + 1> holders_;
};

inline void Tlb::prepare_load(TlbSpace& space) {
    const unsigned here = arch::cpu_id();
    Cpu& cpu = cpus_.of(here);
    kernel::ensure(cpu.leaving == nullptr, "an address space is loaded before the last load is finished");
    const TlbSpace& last = *cpu.loaded;
    cpu.leaving = cpu.loaded;
    cpu.loaded = &space;
    for (std::size_t kind = 0; kind < domain_kinds; ++kind) {
        WindowHolders* const window = space.windows()[kind];
        if (window == nullptr || window == last.windows()[kind]) continue;
        // In this order: whoever clears an entry from now on finds this CPU, or this CPU finds the generation.
        window->enter(here);
        // Nothing older can be used: no space with the window is loaded here yet, and the load of this one
        // forgets, or finds in choose_pcid() that what this CPU knows is as new.
        window->start_at(here, window->generation());
    }
}

inline void Tlb::finish_load() {
    Cpu& cpu = cpus_.local();
    if (cpu.leaving != nullptr) leave_windows(cpu);
}

} // namespace mm
