// SPDX-License-Identifier: MIT
#include "net/stack/namespace_stacks.hpp"

#include "kernel/ns/namespace_registry.hpp"
#include "mm/memory.hpp"
#include "net/links/links.hpp"
#include "net/lwip/pools.hpp"
#include "net/stack/stack.hpp"

#include <new>

namespace net {

namespace {

constinit NamespaceStacks namespace_stacks;

} // namespace

kernel::Result<> NamespaceStacks::create(kernel::NetNamespace& space) {
    void* block = TRY(kernel::memory().kmalloc(sizeof(Stack)));
    space.set_stack(new (block) Stack(space));
    return {};
}

kernel::Result<> NamespaceStacks::start(kernel::NetNamespace& space) { return space.stack()->start(); }

void NamespaceStacks::stop(kernel::NetNamespace& space) {
    if (space.stack() != nullptr) space.stack()->stop();
    disconnect_all(space);
}

void NamespaceStacks::destroy(kernel::NetNamespace& space) {
    Stack* stack = space.stack();
    if (stack == nullptr) return;
    space.set_stack(nullptr);
    stack->~Stack();
    kernel::memory().kfree(stack);
}

kernel::Result<> enable_stacks(mm::Memory& memory) {
    TRY(create_pool_caches(memory));
    kernel::namespaces().set_hooks(&namespace_stacks);
    return {};
}

} // namespace net
