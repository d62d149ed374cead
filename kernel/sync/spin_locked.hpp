// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sync/rank.hpp"
#include "kernel/sync/rank_checker.hpp"
#include "kernel/sync/spin_lock.hpp"

#include <arch/cpu.hpp>
#include <arch/irq.hpp>

#include <utility>

namespace kernel {

/// Data of type `T` inside its spin lock; `Guard` is what the holder keeps off (preemption, or
/// interrupts and thereby preemption). The data is reachable only through `with()` or a `lock()`.
template <class T, Rank rank, class Guard>
class BasicSpinLocked {
public:
    template <class... Args>
    constexpr explicit BasicSpinLocked(std::in_place_t, Args&&... args) : value_(std::forward<Args>(args)...) {}
    constexpr BasicSpinLocked() = default;
    constexpr explicit BasicSpinLocked(T&& value) : value_(std::move(value)) {}
    BasicSpinLocked(const BasicSpinLocked&) = delete;
    BasicSpinLocked& operator=(const BasicSpinLocked&) = delete;

    /// Holds the lock for its lifetime and points at the data.
    template <class Keep>
    class LACUNA_SCOPED_CAPABILITY [[nodiscard]] BasicHeld {
    public:
        explicit BasicHeld(BasicSpinLocked& owner) LACUNA_ACQUIRE(owner.lock_) : owner_(owner) {
            rank_acquire(rank);
            owner_.lock_.lock();
        }
        ~BasicHeld() LACUNA_RELEASE() {
            owner_.lock_.unlock();
            rank_release(rank);
        }
        BasicHeld(const BasicHeld&) = delete;
        BasicHeld& operator=(const BasicHeld&) = delete;

        T& operator*() const LACUNA_NO_TSA { return owner_.value_; }   // this object is the proof
        T* operator->() const LACUNA_NO_TSA { return &owner_.value_; } // that the lock is held

    private:
        [[no_unique_address]] Keep guard_; // first in, last out: constructed before the lock is taken
        BasicSpinLocked& owner_;
    };

    using Held = BasicHeld<Guard>;
    struct AlreadyOff {};
    using HeldInside = BasicHeld<AlreadyOff>;

    /// Takes the lock. Never sleeps; locks of a higher rank only may be taken inside.
    Held lock() LACUNA_NO_TSA { return Held(*this); } // the returned object owns the capability

    /// The same for a caller that keeps off already what the lock would: interrupts, or preemption.
    HeldInside lock_inside() LACUNA_NO_TSA { return HeldInside(*this); }

    /// Calls `fn(T&)` with the lock held and returns its result.
    template <class F>
    decltype(auto) with(F&& fn) {
        Held held(*this);
        return std::forward<F>(fn)(*held);
    }

    /// The data without the lock, for where no one else can see it: construction, destruction, a
    /// panic, a statistic that may tear.
    T& unlocked() LACUNA_NO_TSA { return value_; }
    const T& unlocked() const LACUNA_NO_TSA { return value_; }

private:
    SpinLock lock_;
    T value_ LACUNA_GUARDED_BY(lock_){};
};

/// For thread context: preemption is off while it is held, interrupts stay on, and no interrupt
/// handler ever takes it.
template <class T, Rank rank>
    requires(!is_irq_rank(rank))
using SpinLocked = BasicSpinLocked<T, rank, arch::PreemptGuard>;

/// For data that interrupt handlers touch too: interrupts are off while it is held, on this CPU,
/// which keeps preemption off as well.
template <class T, Rank rank>
    requires(is_irq_rank(rank))
using IrqSpinLocked = BasicSpinLocked<T, rank, arch::IrqGuard>;

} // namespace kernel
