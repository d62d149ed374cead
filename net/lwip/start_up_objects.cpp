// SPDX-License-Identifier: MIT
#include "net/lwip/start_up_objects.hpp"

#include "net/lwip/instance.hpp"

namespace net {

LACUNA_PER_NAMESPACE StartUpObjects start_up_objects;

kernel::Result<> StartUpObjects::prepare() {
    const bool made = sys_mbox_new(&mailbox, TCPIP_MBOX_SIZE) == ERR_OK && sys_mutex_new(&core_lock) == ERR_OK;
    if (!made) return kernel::fail(kernel::Error::OutOfMemory);
    return {};
}

} // namespace net
