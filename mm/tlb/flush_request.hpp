// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "mm/addr.hpp"
#include "mm/tlb/window_holders.hpp"

namespace mm {

/// Which translations a flush is about, and with that, which CPUs it concerns.
///
///     scope        leaves                                          may be held by
///     Kernel       of the direct map and its copies                every CPU, under no PCID in particular: global,
///                                                                  or (placement clone) there are no PCIDs
///     Window       one window's, never global                      CPUs that have the window loaded; under
///                                                                  other PCIDs until their next load
///     Loaded       any window's, never global                      the CPUs that are asked
enum class TlbScope : std::uint8_t { Kernel, Window, Loaded };

/// How much of the scope is to be forgotten.
enum class FlushExtent : std::uint8_t { Pages, Everything };

/// What is to be forgotten.
struct FlushRequest {
    TlbScope scope;
    FlushExtent extent;
    std::span<const VirtAddr> pages{}; ///< with FlushExtent::Pages
    /// Scope Window: the generation that these pages' removal led to.
    FlushTicket ticket{};
};

/// Carries a request to other CPUs, each of which calls Tlb::flush_here, and returns when all have.
class RemoteTlb {
public:
    /// Thread context, preemption off, interrupts on.
    virtual void flush(CpuMask cpus, const FlushRequest& request) = 0;

protected:
    ~RemoteTlb() = default;
};

} // namespace mm
