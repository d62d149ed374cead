// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

namespace net {

/// Finds the first virtio network card, makes it a port of the current namespace's bridge, and starts it.
/// Its interrupt wakes the namespace's receive thread and does nothing else. Boot, once; a thread inside the
/// namespace, without the core lock; the namespace has a bridge.
/// Errors: NotFound: there is no card; Unsupported, Io: there is one, but not as the driver needs it;
/// OutOfMemory, DomainLimit, NoSpace.
kernel::Result<> start_virtio_card();

} // namespace net
