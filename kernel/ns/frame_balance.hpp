// SPDX-License-Identifier: MIT
#pragma once

#include "mm/addr.hpp"

namespace kernel {

/// Free frames, and those that the namespaces in use own: what tests compare before and after. The
/// owned ones, in use or idle, are counted in because `init` lives on meanwhile: its TCP/IP stack has
/// timers, and allocates. So are blocks on the wires of their devices, which have no owner for the moment; not those
/// of a wire that is gone, which are lost. Page tables are counted in because they follow where pages happen to be: a
/// window has one for each 2 MiB that it has something in, a direct map that single pages leave for each that has a
/// hole. (The audit, after each test, finds tables that nothing leads to.) What dead tasks left is freed and
/// idle stock of the allocators returned first, on every CPU.
///
/// The namespaces go on meanwhile, and a frame that changes hands while it is looked for is counted twice or not at
/// all: this counts until two counts agree, for two seconds at most. Thread context, outside all namespaces.
mm::PageCount frame_balance();

} // namespace kernel
