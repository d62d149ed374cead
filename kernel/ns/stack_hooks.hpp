// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

namespace kernel {

class NetNamespace;

/// What the network stack contributes to a namespace's life. net/stack implements it and registers
/// it with `namespaces().set_hooks()` at boot; without it namespaces have no TCP/IP, which is all
/// that the tests of this folder need. In the order of the calls:
class StackHooks {
public:
    /// Makes the stack's shared part and calls NetNamespace::set_stack(). The namespace has its
    /// domain and its address space, with lwIP's image in it, filled from the template; the address
    /// space is loaded. The calling task is outside all namespaces, on a shared stack. If it fails
    /// without set_stack(), nothing is left that the domain's end does not free; else stop() and
    /// destroy() are called.
    virtual Result<> create(NetNamespace& ns) = 0;

    /// Brings the stack up. Runs in the first task inside the namespace, which may spawn more.
    virtual Result<> start(NetNamespace& ns) = 0;

    /// Asks the namespace's threads to end, takes down its wires and devices. Outside the
    /// namespace; its tasks still run. Afterwards every task left is killed and joined.
    virtual void stop(NetNamespace& ns) = 0;

    /// Frees the shared objects that belonged to the namespace (semaphores behind lwIP's,
    /// mailboxes, the stack object). No task is left inside; its exclusive memory is still there,
    /// but need not be freed: the domain goes next, as a whole.
    virtual void destroy(NetNamespace& ns) = 0;

protected:
    ~StackHooks() = default;
};

} // namespace kernel
