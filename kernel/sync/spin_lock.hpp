// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sync/thread_safety.hpp"

#include <arch/cpu.hpp>

#include <atomic>
#include <cstdint>

namespace kernel {

/// A ticket lock: first come, first served. It knows nothing of ranks, preemption or interrupts;
/// use `SpinLocked` or `IrqSpinLocked`, which do.
class LACUNA_CAPABILITY("spin lock") SpinLock {
  public:
    constexpr SpinLock() = default;
    SpinLock(const SpinLock&) = delete;
    SpinLock& operator=(const SpinLock&) = delete;

    void lock() LACUNA_ACQUIRE() {
        const uint32_t ticket = next_.fetch_add(1, std::memory_order_relaxed);
        // Ordering: acquire pairs with unlock()'s release, so that the previous holder's writes are
        // seen.
        if (serving_.load(std::memory_order_acquire) != ticket) [[unlikely]]
            wait_for(ticket);
    }

    bool try_lock() LACUNA_TRY_ACQUIRE(true) {
        uint32_t ticket = serving_.load(std::memory_order_acquire);
        return next_.compare_exchange_strong(ticket, ticket + 1, std::memory_order_acquire,
                                             std::memory_order_relaxed);
    }

    void unlock() LACUNA_RELEASE() {
        // Ordering: only the holder writes `serving_`, so a plain increment with release suffices.
        serving_.store(serving_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }

    [[nodiscard]] bool is_locked() const {
        return next_.load(std::memory_order_relaxed) != serving_.load(std::memory_order_relaxed);
    }

  private:
    /// Keeps registers, so that whoever takes a free lock has none to save.
    [[clang::preserve_most]] void wait_for(uint32_t ticket);

    std::atomic<uint32_t> next_{0};
    std::atomic<uint32_t> serving_{0};
};

/// What a CPU does on behalf of others while it waits for them, with every round of a wait: answer
/// flush requests, for it may wait with interrupts off for a CPU that waits for an answer. It takes no
/// lock. Boot only; before a second CPU runs.
void set_spin_hook(void (*hook)());

/// One round of waiting for another CPU: lets it go on, and answers what it may be waiting for.
/// Preemption off.
void spin_once();

} // namespace kernel
