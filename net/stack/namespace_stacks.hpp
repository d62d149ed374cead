// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/ns/stack_hooks.hpp"

namespace mm {
class Memory;
}

namespace net {

/// Gives every network namespace its TCP/IP stack: the threads that work on the copy of lwIP's variables
/// which kernel/ns has mapped for it, and the shared objects that they need.
class NamespaceStacks final : public kernel::StackHooks {
public:
    kernel::Result<> create(kernel::NetNamespace& space) override;
    kernel::Result<> start(kernel::NetNamespace& space) override;
    void stop(kernel::NetNamespace& space) override;
    void destroy(kernel::NetNamespace& space) override;
};

/// Makes the caches behind lwIP's pools and registers the stacks with kernel/ns: namespaces made from
/// then on have TCP/IP. Boot, once. Errors: NoSpace, Exists.
kernel::Result<> enable_stacks(mm::Memory& memory);

} // namespace net
