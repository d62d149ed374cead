// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sync/semaphore.hpp"
#include "kernel/sync/spin_lock.hpp"
#include "net/lwip/shared_objects.hpp"

#include <cstdint>

namespace net {

/// Where tasks wait for a mailbox. It counts messages and never sees one.
struct MailboxGate final : SharedObject {
    explicit MailboxGate(std::uint32_t capacity) : free(capacity) {}
    kernel::Semaphore filled{0};
    kernel::Semaphore free;
};

} // namespace net

/// lwIP's mailbox: a ring of message pointers in the namespace's exclusive heap, since the messages are,
/// and a gate in shared memory.
///
///   post:  free.acquire -> put -> filled.release        fetch:  filled.acquire -> take -> free.release
struct lacuna_mailbox {
    net::MailboxGate* gate;
    std::uint32_t capacity;
    std::uint32_t head; ///< messages ever put; free-running
    std::uint32_t tail; ///< messages ever taken
    kernel::SpinLock lock;

    /// Precondition: the gate gave a free slot.
    void put(void* message);
    /// Precondition: the gate gave a filled slot.
    void* take();

private:
    /// The ring lies behind the object, in the same allocation.
    void** slots() { return reinterpret_cast<void**>(this + 1); }
};
