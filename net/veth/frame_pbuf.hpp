// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "net/handover/packet.hpp"

#include <lwip/pbuf.h>

namespace net {

/// Makes the cache that pbuf headers of received frames come from. Once, before the first `wrap`.
/// Errors: those of creating a slab cache.
kernel::Result<> prepare_frame_pbufs();

/// Wraps a received packet for lwIP: a chain of pbufs whose headers lie in objects of the namespace's own,
/// never in the frame, since the frame came from elsewhere. When lwIP frees a pbuf, its frame goes to the
/// namespace's stock. `packet` is empty afterwards in any case.
/// Errors: OutOfMemory, DomainLimit; InvalidArgument if the packet is longer than a pbuf can say (64 KiB - 1).
/// Context: a thread inside the namespace.
kernel::Result<pbuf*> wrap(Packet& packet);

} // namespace net
