// SPDX-License-Identifier: MIT
#pragma once

#include <arch/cpu.hpp>

#include <atomic>
#include <cstdint>

namespace net {

/// lwIP's "lightweight protection": a spin lock that its holder may take again, with preemption off while
/// it is held. lwIP holds it for a few instructions around a counter or a list, and calls nothing
/// from inside that sleeps. One per namespace; interrupt handlers never take it.
class RecursiveLock {
public:
    constexpr RecursiveLock() = default;

    void lock() {
        arch::preempt_disable();
        const std::uint32_t self = arch::cpu_id() + 1;
        // Ordering: only this CPU ever stores `self`, so a stale read can never equal it.
        if (owner_.load(std::memory_order_relaxed) != self) {
            std::uint32_t nobody = 0;
            while (!owner_.compare_exchange_weak(nobody, self, std::memory_order_acquire, std::memory_order_relaxed)) {
                nobody = 0;
                arch::pause();
            }
        }
        ++depth_;
    }

    void unlock() {
        // Ordering: release hands what was written under the lock to the next owner.
        if (--depth_ == 0) owner_.store(0, std::memory_order_release);
        arch::preempt_enable();
    }

private:
    std::atomic<std::uint32_t> owner_{0}; ///< the holding CPU's number plus 1; 0: nobody
    std::uint32_t depth_ = 0;             ///< the owner's only
};

} // namespace net
