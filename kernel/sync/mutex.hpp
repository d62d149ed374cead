// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sync/blocking.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "kernel/sync/thread_safety.hpp"

#include <atomic>
#include <cstdint>

namespace kernel {

/// A lock whose waiters sleep, handed over in the order of arrival. It knows its owner, and each
/// task knows what it holds: a task that dies while it holds one (a fault, a kill) gives it back
/// *poisoned*, with a warning, instead of blocking everyone else for ever. What the lock protects
/// may then be half changed; who cares asks `poisoned()`. Shared memory, always. Thread context
/// only. Not recursive.
///
/// A lock that nobody else wants costs one atomic operation each way. The word that names the owner
/// also says that others wait, and then everything goes on under the spin lock:
///
///     owner_            lock()                        unlock()
///     0                 0 -> self                     -
///     owner             owner -> owner + waiting      owner -> 0
///     owner + waiting   joins the waiters             the first waiter becomes the owner
class LACUNA_CAPABILITY("mutex") Mutex {
public:
    constexpr Mutex() = default;
    constexpr explicit Mutex(const char* name) : name_(name) {}
    /// Precondition: not held.
    ~Mutex();
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;

    /// Takes the lock, however long it takes; a kill does not end the wait.
    void lock() LACUNA_ACQUIRE();

    /// Takes the lock within `deadline`. Errors: TimedOut, Killed.
    Result<> lock_until(Deadline deadline);

    bool try_lock() LACUNA_TRY_ACQUIRE(true);

    /// Precondition: the current task holds it.
    void unlock() LACUNA_RELEASE();

    [[nodiscard]] bool held_by_current() const;
    [[nodiscard]] const char* name() const { return name_; }

    /// Whether an owner died holding it since the last `clear_poison()`.
    [[nodiscard]] bool poisoned() const { return poisoned_.load(std::memory_order_relaxed); }
    void clear_poison() { poisoned_.store(false, std::memory_order_relaxed); }

    /// For the scheduler: the dying current task gives back what it holds.
    void release_from_dying_owner() LACUNA_NO_TSA; // the analysis does not follow a task

private:
    friend class HeldMutexes;

    static constexpr uintptr_t waiting = 1;

    static uintptr_t word(const Waiter& owner) { return reinterpret_cast<uintptr_t>(&owner); }
    [[nodiscard]] bool take(Waiter& self) {
        uintptr_t nobody = 0;
        // Ordering: acquire pairs with the release in give(): what the last owner wrote is seen.
        return owner_.compare_exchange_strong(nobody, word(self), std::memory_order_acquire, std::memory_order_relaxed);
    }
    /// False: others wait.
    [[nodiscard]] bool give(Waiter& self) {
        uintptr_t owner = word(self);
        return owner_.compare_exchange_strong(owner, 0, std::memory_order_release, std::memory_order_relaxed);
    }
    Result<> acquire_slowly(Waiter& self, Deadline deadline, Killable killable);
    void release_slowly(Waiter& self);

    std::atomic<uintptr_t> owner_{0}; ///< with `waiting`: written by the owner, under waiters_' lock
    std::atomic<bool> poisoned_{false};
    Mutex* next_held_ = nullptr; ///< HeldMutexes'
    const char* name_ = "mutex";
    IrqSpinLocked<WaitList, Rank::Semaphore> waiters_;
};

/// The mutexes that a task holds, the last taken first. Touched by the task itself only.
class HeldMutexes {
public:
    [[nodiscard]] Mutex* front() const { return first_; }
    void push(Mutex& mutex) {
        mutex.next_held_ = first_;
        first_ = &mutex;
    }
    /// Precondition: it is among them.
    void remove(Mutex& mutex) {
        if (first_ == &mutex) [[likely]]
            first_ = mutex.next_held_;
        else
            remove_from_below(mutex);
    }

private:
    void remove_from_below(Mutex& mutex);

    Mutex* first_ = nullptr;
};

/// Holds a Mutex for its lifetime.
class LACUNA_SCOPED_CAPABILITY [[nodiscard]] MutexGuard {
public:
    explicit MutexGuard(Mutex& mutex) LACUNA_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
    ~MutexGuard() LACUNA_RELEASE() { mutex_.unlock(); }
    MutexGuard(const MutexGuard&) = delete;
    MutexGuard& operator=(const MutexGuard&) = delete;

private:
    Mutex& mutex_;
};

} // namespace kernel
