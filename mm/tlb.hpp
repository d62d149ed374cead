// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "mm/addr.hpp"
#include "mm/cpu_mask.hpp"

namespace mm {

/// Which translations a flush is about.
enum class TlbScope : std::uint8_t {
    Kernel,  ///< shared, global leaves: any CPU may hold them, whatever it has loaded
    Window,  ///< never global: gone from a CPU as soon as it loads another address space
};

/// What is to be forgotten: the listed pages, or everything in the scope.
struct FlushRequest {
    TlbScope scope;
    bool everything;
    std::span<const VirtAddr> pages;
};

/// Carries a request to other CPUs and returns when they have all obeyed.
class RemoteTlb {
public:
    virtual void flush(CpuMask cpus, const FlushRequest& request) = 0;

protected:
    ~RemoteTlb() = default;
};

/// Makes CPUs forget translations that a page table no longer holds. Page-table code collects what it
/// took away in a TlbBatch, which ends here.
class Tlb {
public:
    constexpr Tlb() = default;

    /// A CPU that runs from now on: flushes reach it. CPU 0 is online from the start.
    void set_online(unsigned cpu) { online_.add(cpu); }
    CpuMask online() const { return online_.load(); }
    const SharedCpuMask& online_set() const { return online_; }

    /// Precondition: before a second CPU is online.
    void set_remote(RemoteTlb& remote) { remote_ = &remote; }

    /// Returns when no CPU of `cpus` that is online can use what `request` names any more. Thread
    /// context with preemption off; interrupts on if a second CPU is online.
    void flush(CpuMask cpus, const FlushRequest& request);

    /// The part for the CPU that runs this. Any context.
    static void flush_here(const FlushRequest& request);

private:
    SharedCpuMask online_{CpuMask::only(0)};
    RemoteTlb* remote_ = nullptr;
};

} // namespace mm
