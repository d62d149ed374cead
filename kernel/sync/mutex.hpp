// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/base/result.hpp"
#include "kernel/sync/blocking.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "kernel/sync/thread_safety.hpp"

namespace kernel {

/// A lock whose waiters sleep, handed over in the order of arrival. It knows its owner, and each
/// task knows what it holds: a task that dies while it holds one (a fault, a kill) gives it back
/// *poisoned*, with a warning, instead of blocking everyone else for ever. What the lock protects
/// may then be half changed; who cares asks `poisoned()`. Shared memory, always. Thread context
/// only. Not recursive.
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
    [[nodiscard]] bool poisoned() const { return state_.unlocked().poisoned; }
    void clear_poison();

    /// For the scheduler: the dying current task gives back what it holds.
    void release_from_dying_owner();

    /// Stands in the owner's list of held mutexes.
    ListHook<Mutex> held_hook;

  private:
    enum class Poison : uint8_t { No, Yes };
    struct State {
        Waiter* owner = nullptr;
        bool poisoned = false;
        WaitList waiters{};
    };
    Result<> acquire(Deadline deadline, Killable killable);
    void release(Poison poison);

    const char* name_ = "mutex";
    IrqSpinLocked<State, Rank::Semaphore> state_;
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
