// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/ref.hpp"

namespace kernel {

class NetNamespace;

void retain(NetNamespace& ns);
void release(NetNamespace& ns);

/// Keeps a namespace object alive (not the namespace: its state may turn to Dying).
using NamespaceRef = Ref<NetNamespace>;

} // namespace kernel
