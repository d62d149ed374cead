// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/ns/stack_hooks.hpp"

namespace net {

/// Gives every network namespace its TCP/IP stack: its own frames behind lwIP's variables, and the
/// threads that work on them.
class NamespaceStacks final : public kernel::StackHooks {
public:
    kernel::Result<> create(kernel::NetNamespace& space) override;
    kernel::Result<> start(kernel::NetNamespace& space) override;
    void stop(kernel::NetNamespace& space) override;
    void destroy(kernel::NetNamespace& space) override;
};

/// Registers the stacks with kernel/ns: namespaces made from then on have TCP/IP. Boot, once.
void enable_stacks();

} // namespace net
