// SPDX-License-Identifier: MIT
#pragma once

namespace net {

/// Work that the holder of the current namespace's core lock put off until just before it gives the lock back, null if
/// there is none: what was sent meanwhile leaves in one go. Called once, under the lock. One per namespace.
extern void (*at_core_unlock)();

} // namespace net
