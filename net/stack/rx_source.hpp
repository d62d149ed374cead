// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

namespace net {

class RxThread;

/// Where packets come into a namespace: one end of a wire, a device's receive ring. A shared object:
/// other namespaces' threads and interrupt handlers call `notify`.
class RxSource {
public:
    RxSource() = default;
    RxSource(const RxSource&) = delete;
    RxSource& operator=(const RxSource&) = delete;

    /// Says that there is something to drain. Any context, interrupts included; never blocks; does
    /// nothing while the source is attached nowhere. Precondition: the thread that it was attached to lives
    /// on until this returns. So whoever detaches a source has everybody who may just be in here come out
    /// before the thread ends: Wire::close() for a wire's end, a round over all CPUs for an interrupt.
    void notify();

    /// Gives waiting packets, at most `budget`, to the interface. Runs in the namespace's receive thread or
    /// the task that stands in for it, without the core lock. Returns what it took: `budget` means that there may be
    /// more, and it is called again after the other sources had their turn.
    virtual unsigned drain(unsigned budget) = 0;

    /// The namespace is going away: detach, remove the interface, close the far end. Runs in a thread
    /// inside the namespace without the core lock, and is the last call. Afterwards the source may be
    /// destroyed by its owner.
    virtual void shutdown() = 0;

protected:
    ~RxSource() = default;

private:
    friend class RxThread;

    std::atomic<RxThread*> thread_{nullptr};
    std::atomic<bool> pending_{false};
    RxSource* next_ = nullptr; ///< in its thread's list, under the thread's mutex
};

} // namespace net
