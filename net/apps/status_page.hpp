// SPDX-License-Identifier: MIT
#pragma once

#include "net/apps/page.hpp"

namespace net {

/// Writes the state of the current namespace as an HTML document: its name, interfaces, memory, pools
/// and TCP connections. The core lock is held.
void write_status(Page& page);

} // namespace net
