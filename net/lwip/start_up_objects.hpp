// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <lwip/sys.h>

namespace net {

/// The two objects that lwIP's start-up asserts to get: its thread's mailbox, and its core lock. They are made before
/// it begins, where a lack of memory can still be an error; sys_mbox_new() and sys_mutex_new() hand out what lies here
/// first.
struct StartUpObjects {
    sys_mbox_t mailbox = nullptr;
    sys_mutex_t core_lock = nullptr;

    /// Makes both. They are among the namespace's shared objects and go with it. Error: OutOfMemory. A thread of the
    /// namespace, before tcpip_init().
    kernel::Result<> prepare();
};

/// The current namespace's own.
extern StartUpObjects start_up_objects;

} // namespace net
