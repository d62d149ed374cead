// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/per_cpu.hpp"
#include "mm/tlb/tlb.hpp"
#include "mm/tlb/tlb_batch.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace kernel::smp {

/// Carries flush requests to other CPUs by interrupt.
///
///     sender                                   receiver
///     fills its own request                    interrupt, or waiting for something itself:
///     waiting = receivers                      takes all of its inbox at once
///     inbox[receiver] |= sender                for each sender in it: obeys the sender's request,
///     interrupts those whose inbox was empty   takes itself out of `waiting`
///     waits until `waiting` is empty,
///     answering its own inbox meanwhile
///
/// Each CPU sends one request at a time, so one request per CPU is all the memory it takes. Everything
/// stands in shared memory: the sender's stack may be some namespace's own, which the receiver does
/// not map. Whoever waits, for answers or for a spin lock, answers too (see kernel/sync/spin_lock.hpp):
/// two CPUs that flush at each other, or one that waits with interrupts off for a lock whose holder
/// flushes, do not hang.
class Shootdown final : public mm::RemoteTlb {
public:
    /// Whose requests it carries. Before a second CPU is online.
    void serve(mm::Tlb& tlb) { tlb_ = &tlb; }

    /// Preemption off; not from an interrupt handler.
    void flush(mm::CpuMask cpus, const mm::FlushRequest& request) override;

    /// Obeys what other CPUs ask of this one. Any context, however deep.
    void answer();

private:
    struct Request {
        mm::TlbScope scope{};
        mm::FlushExtent extent{};
        mm::FlushTicket ticket;
        std::size_t count = 0;
        std::array<mm::VirtAddr, mm::TlbBatch::capacity> pages{};
        // Ordering: a receiver's removal releases what its flush did; the sender's last look acquires.
        std::atomic<std::uint32_t> waiting{0};
    };

    mm::Tlb* tlb_ = nullptr;
    PerCpu<Request> requests_;
    // Ordering: setting a bit releases the request, taking the word acquires it.
    PerCpu<std::atomic<std::uint32_t>> inbox_;
};

/// The booted system's.
Shootdown& shootdown();

} // namespace kernel::smp
