// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sync/thread_safety.hpp"

#include <arch/cpu.hpp>

#include <atomic>
#include <cstdint>

namespace kernel {

/// A ticket lock that is patient before it draws a ticket. It knows nothing of ranks, preemption or
/// interrupts; use `SpinLocked` or `IrqSpinLocked`, which do.
///
/// Strict order is right where every CPU really runs. Under a host that runs fewer CPUs than it plays,
/// the next in line is likely not to be running, and each change of hands would wait for the host's
/// scheduler. So whoever finds the lock taken first waits for it to be free, with everybody else, and
/// draws a ticket only after `patience` rounds; from then on nobody overtakes it.
class LACUNA_CAPABILITY("spin lock") SpinLock {
public:
    /// Rounds without a ticket: about a millisecond on hardware, some milliseconds under emulation.
    static constexpr uint32_t patience = 1u << 14;

    constexpr SpinLock() = default;
    SpinLock(const SpinLock&) = delete;
    SpinLock& operator=(const SpinLock&) = delete;

    void lock() LACUNA_ACQUIRE() {
        if (!take_if_free()) [[unlikely]]
            wait();
    }

    bool try_lock() LACUNA_TRY_ACQUIRE(true) { return take_if_free(); }

    void unlock() LACUNA_RELEASE() {
        // Ordering: only the holder writes `serving_`, so a plain increment with release suffices.
        serving_.store(serving_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }

    [[nodiscard]] bool is_locked() const {
        return next_.load(std::memory_order_relaxed) != serving_.load(std::memory_order_relaxed);
    }

private:
    /// Draws the next ticket if it is the one served now.
    bool take_if_free() {
        // Ordering: acquire pairs with unlock()'s release, so that the previous holder's writes are
        // seen.
        uint32_t ticket = serving_.load(std::memory_order_acquire);
        return next_.compare_exchange_strong(ticket, ticket + 1, std::memory_order_relaxed, std::memory_order_relaxed);
    }
    /// Keeps registers, so that whoever takes a free lock has none to save.
    [[clang::preserve_most]] void wait();

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
