// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sync/completion.hpp"
#include "net/lwip/shared_objects.hpp"
#include "net/stack/rx_thread.hpp"

namespace kernel {
class NetNamespace;
}

namespace net {

/// One namespace's TCP/IP stack: the part of it that lies in shared memory. Everything else, lwIP's state
/// and all it points to, is in the namespace's image and heap, and not reachable from here.
class Stack {
public:
    explicit Stack(kernel::NetNamespace& space) : space_(space) {}
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    kernel::NetNamespace& space() const { return space_; }
    RxThread& rx() { return rx_; }
    SharedObjects& objects() { return objects_; }

    /// The current task's namespace's. Precondition: it is in one, and its stack is up.
    static Stack& current();

    /// Brings lwIP up in the current namespace: its thread, the loopback interface, the receive thread.
    /// Called once, inside. Errors: OutOfMemory, DomainLimit.
    kernel::Result<> start();
    /// Resets every connection, takes the devices down and stops receiving. lwIP's own thread runs on
    /// until it is killed with the namespace's other tasks. Any thread, in any namespace.
    void stop();

private:
    static void lwip_is_up(void* self);

    kernel::NetNamespace& space_;
    kernel::Completion up_;
    SharedObjects objects_;
    RxThread rx_;
};

} // namespace net
