// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sync/spin_lock.hpp"
#include "kernel/sync/wait_queue.hpp"
#include "net/lwip/shared_objects.hpp"

#include <atomic>
#include <cstdint>

namespace net {

/// Where tasks wait for a mailbox. It counts messages and never sees one.
struct MailboxGate final : SharedObject {
    std::atomic<std::uint32_t> waiting{0}; ///< messages in the ring
    std::atomic<std::uint32_t> readers{0}; ///< tasks that sleep until there is one, or are about to
    std::atomic<bool> stand_in{false};     ///< a task waits for one that stands in for the receiver
    std::atomic<std::uint32_t> writers{0}; ///< tasks that sleep until there is room, or are about to
    kernel::WaitQueue filled;
    kernel::WaitQueue emptied;
};

} // namespace net

/// lwIP's mailbox: a ring of message pointers in the namespace's exclusive heap, since the messages are,
/// and a gate in shared memory. As long as nobody has to wait, only the ring is touched.
struct lacuna_mailbox {
    net::MailboxGate* gate;
    std::uint32_t capacity;
    std::uint32_t head; ///< messages ever put; free-running
    std::uint32_t tail; ///< messages ever taken
    kernel::SpinLock lock;

    /// Puts a message in and wakes a reader; false if the ring is full.
    bool put(void* message);
    /// Takes the oldest message and wakes a writer; false if there is none.
    bool take(void*& message);
    /// Sleeps, or brings packets in, until there is a message. Errors: TimedOut, Killed.
    kernel::Result<> wait(kernel::Deadline end) const;

private:
    /// The ring lies behind the object, in the same allocation.
    void** slots() { return reinterpret_cast<void**>(this + 1); }
};
