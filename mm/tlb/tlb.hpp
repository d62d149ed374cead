// SPDX-License-Identifier: MIT
#pragma once

#include <array>

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

    // --- windows ---------------------------------------------------------------------------------

    /// Who holds the window of the domain with that number.
    WindowHolders& holders(DomainId domain) { return holders_[domain.raw()]; }

    // --- loading address spaces: interrupts off from prepare_load() to finish_load() --------------

    /// Says what to write into CR3 to load `space`, whose top-level table is at `pgd`; takes note of the
    /// CPU as a holder of its windows.
    std::uint64_t prepare_load(const TlbSpace& space, std::uint64_t pgd);
    /// After that was written: what this CPU knows of the space's windows is as new as they were then.
    void finish_load();

    // --- flushing --------------------------------------------------------------------------------

    /// Returns when no CPU that is online can use what `request` names any more. Thread context with
    /// preemption off; interrupts on if a second CPU is online.
    void flush(const FlushRequest& request);
    /// The same on these CPUs only.
    void flush_on(CpuMask cpus, const FlushRequest& request);

    /// The part for the CPU that runs this: what a shootdown request makes it do. Interrupts or preemption
    /// off; any context.
    void flush_here(const FlushRequest& request);

    /// Returns when the ticket has passed, after flushing the CPUs that are behind. Thread context; interrupts
    /// on if a second CPU is online.
    void settle(const FlushTicket& ticket);

    /// This CPU forgets what it knows of the loaded windows, if entries of theirs were cleared that it has
    /// not been told of. Interrupts or preemption off; any context.
    void catch_up();

private:
    struct Cpu {
        const TlbSpace* loaded = nullptr;
        const TlbSpace* leaving = nullptr;  ///< between prepare_load() and finish_load()
        TlbSpace::Generations prepared{};   ///< of `loaded`, as read by prepare_load()
        PcidSlots pcids;
    };

    CpuMask concerned_by(const FlushRequest& request) const;
    void flush_window_here(const FlushRequest& request);
    void forget_windows(Cpu& cpu);

    SharedCpuMask online_{CpuMask::only(0)};
    RemoteTlb* remote_ = nullptr;
    bool uses_pcids_ = false;
    kernel::PerCpu<Cpu> cpus_;
    std::array<WindowHolders, max_domains + 1> holders_;
};

} // namespace mm
