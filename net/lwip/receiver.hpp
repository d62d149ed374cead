// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sync/deadline.hpp"

#include <atomic>
#include <cstdint>

namespace net {

/// Who brings packets into a namespace, as a task sees it that waits inside lwIP for what packets bring. One such task
/// at a time does the receiver's work while it waits, which spares a wake-up and a task switch for each message. A
/// shared object.
class Receiver {
public:
    /// Makes the current task the one that stands in; false if another does.
    virtual bool begin_standing_in() = 0;
    virtual void end_standing_in() = 0;
    /// Brings packets in, and sleeps while there are none, until `arrived` is not 0. It lies in shared memory; whoever
    /// changes it calls wake_stand_in() afterwards. Without the core lock, by the task that stands in.
    /// Errors: TimedOut, Killed.
    virtual kernel::Result<> receive_until(const std::atomic<std::uint32_t>& arrived, kernel::Deadline deadline) = 0;
    /// Has the task that stands in, if one does and sleeps, look again. Any thread of the namespace.
    virtual void wake_stand_in() = 0;

protected:
    ~Receiver() = default;
};

/// Stands in for the receiver while it lives, unless another task does or there is no receiver yet.
class [[nodiscard]] StandIn {
public:
    explicit StandIn(Receiver* receiver)
        : receiver_(receiver != nullptr && receiver->begin_standing_in() ? receiver : nullptr) {}
    ~StandIn() {
        if (receiver_ != nullptr) receiver_->end_standing_in();
    }
    StandIn(const StandIn&) = delete;
    StandIn& operator=(const StandIn&) = delete;

    explicit operator bool() const { return receiver_ != nullptr; }

    /// As Receiver::receive_until(). `announced` is true meanwhile: it spares whoever changes `arrived` a call of
    /// wake_stand_in() for a task that waits for something else. Precondition: *this.
    kernel::Result<> receive_until(const std::atomic<std::uint32_t>& arrived, std::atomic<bool>& announced,
                                   kernel::Deadline deadline) const {
        announced = true;
        const auto received = receiver_->receive_until(arrived, deadline);
        announced = false;
        return received;
    }

private:
    Receiver* receiver_;
};

} // namespace net
