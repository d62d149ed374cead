// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sync/blocking.hpp"
#include "kernel/sync/spin_locked.hpp"

#include <cstdint>

namespace kernel {

/// A counting semaphore whose permits are handed over in the order of arrival. Shared memory,
/// always.
class Semaphore {
public:
    constexpr explicit Semaphore(uint32_t permits = 0) : state_(std::in_place, permits) {}
    /// Precondition: nobody waits.
    ~Semaphore();
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;

    /// Takes a permit, sleeping until there is one. Errors: TimedOut, Killed (a permit is then not
    /// taken). Thread context, no spin lock held.
    Result<> acquire(Deadline deadline = Deadline::never());

    /// Takes a permit if there is one now. Error: WouldBlock. Any context.
    Result<> try_acquire();

    /// Gives a permit, to the longest waiting task if there is one. Any context.
    void release();

    /// Permits that nobody waits for; out of date as soon as it is read.
    [[nodiscard]] uint32_t available() const { return state_.unlocked().permits; }

private:
    struct State {
        uint32_t permits = 0;
        WaitList waiters{};
    };
    IrqSpinLocked<State, Rank::Semaphore> state_;
};

} // namespace kernel
