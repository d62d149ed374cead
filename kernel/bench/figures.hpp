// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

namespace kernel {
class NetNamespace;
}

/// The figures of the closing note, group by group. Each prints its lines. All are for a task outside all
/// namespaces; `a` and `b` are two namespaces with nothing else to do.
namespace kernel::bench {

/// Pages, slab objects and kmalloc; shared, and exclusive to `a`.
void memory_figures(NetNamespace& a);
/// Switches between two tasks of `a`, and between one of `a` and one of `b`.
void switch_figures(NetNamespace& a, NetNamespace& b);
/// Creating and destroying a namespace with its stack and loopback interface.
void namespace_figures();
/// One packet from `a` to `b` over a wire of its own, by each handover policy and at several sizes.
void handover_figures(NetNamespace& a, NetNamespace& b);
/// 1 MiB of TCP from `a` to `b`, which are linked.
void tcp_figures(NetNamespace& a, NetNamespace& b);

/// All of them, with namespaces of their own. Errors: those of making namespaces and links.
Result<> all_figures();

} // namespace kernel::bench
