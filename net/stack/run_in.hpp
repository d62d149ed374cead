// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

namespace kernel {
class NetNamespace;
}

namespace net {

/// Calls `fn(argument)` in a new thread inside `where` and waits for its end. `argument` must lie in
/// shared memory, or on the caller's stack if the caller is itself in no namespace: the new thread sees
/// `where`'s memory and the shared kernel, nothing else. Errors: OutOfMemory, DomainLimit, Closed.
kernel::Result<> run_in(kernel::NetNamespace& where, void (*fn)(void*), void* argument);

} // namespace net
