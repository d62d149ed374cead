// SPDX-License-Identifier: MIT
#include "net/stack/stack.hpp"

#include "kernel/main/system.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/sched/sched.hpp"
#include "mm/domain/domain.hpp"
#include "net/lwip/instance.hpp"
#include "net/lwip/start_up_objects.hpp"
#include "net/stack/core_lock.hpp"

#include <lwip/netif.h>
#include <lwip/priv/tcp_priv.h>

namespace net {

namespace {

/// What lwIP's start-up takes at most, with room for the first packets. lwIP asserts that its start-up
/// gets its memory, so a namespace with less than this is refused before it begins.
constexpr mm::PageCount start_up_pages{64};

/// Resets every connection that is open: the peers hear of it while there still are devices, and tasks
/// that wait for one get an error. Connections without a peer (listening, bound) belong to whoever
/// made them.
void reset_connections() {
    const CoreLock lock;
    while (tcp_active_pcbs != nullptr) tcp_abort(tcp_active_pcbs);
    while (tcp_tw_pcbs != nullptr) tcp_abort(tcp_tw_pcbs);
}

/// With the last interface gone there is no route: what tasks still try fails at once.
void leave_no_interface() {
    reset_connections();
    const CoreLock lock;
    while (netif_list != nullptr) netif_remove(netif_list);
}

/// What goes by the loopback interface never leaves this namespace's memory.
void trust_loopback() {
    const CoreLock lock;
    constexpr u16_t transport =
        NETIF_CHECKSUM_GEN_TCP | NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_GEN_UDP | NETIF_CHECKSUM_CHECK_UDP;
    for (netif* interface = netif_list; interface != nullptr; interface = interface->next) {
        NETIF_SET_CHECKSUM_CTRL(interface, NETIF_CHECKSUM_ENABLE_ALL & ~transport);
    }
}

constexpr RxThread::Farewell farewell{.before_sources = &reset_connections, .after_sources = &leave_no_interface};

} // namespace

Stack& Stack::current() {
    kernel::NetNamespace* space = kernel::current().net_namespace();
    kernel::ensure(space != nullptr && space->stack() != nullptr, "not in a network namespace");
    return *space->stack();
}

kernel::Result<> Stack::start() {
    mm::Domain& domain = space_.domain();
    const mm::DomainBooks books = domain.books();
    if (books.owned + start_up_pages > books.limit) return kernel::fail(kernel::Error::DomainLimit);

    instance = {.space = &space_, .domain = &domain, .stack = this, .objects = &objects_};
    TRY(start_up_objects.prepare());
    tcpip_init(&Stack::lwip_is_up, this);
    if (instance.lwip_thread == nullptr) return kernel::fail(kernel::Error::OutOfMemory);
    TRY(up_.wait());
    if (kernel::options().net_offload == kernel::Switch::Yes) trust_loopback();
    TRY(rx_.start());
    instance.receiver = &rx_;
    return {};
}

void Stack::lwip_is_up(void* self) { static_cast<Stack*>(self)->up_.complete(); }

void Stack::stop() { rx_.stop(farewell); }

} // namespace net
