// SPDX-License-Identifier: MIT
#include "net/apps/http_server.hpp"

#include "net/apps/tcp_port.hpp"
#include "net/stack/core_lock.hpp"

#include <lwip/apps/httpd.h>

namespace net {

using kernel::Error;
using kernel::fail;

namespace {

/// httpd_init() asserts that it gets its port and its memory. Finds out beforehand, by opening the port
/// and closing it again with the core lock held.
kernel::Result<> rehearse() {
    TRY(open_port(HttpServer::port, nullptr));
    return close_port(HttpServer::port);
}

} // namespace

kernel::Result<> HttpServer::start() {
    const CoreLock lock;
    if (port_is_open(port)) return fail(Error::Exists);
    TRY(rehearse());
    httpd_init();
    return {};
}

kernel::Result<> HttpServer::stop() {
    const CoreLock lock;
    return close_port(port);
}

bool HttpServer::running() {
    const CoreLock lock;
    return port_is_open(port);
}

} // namespace net
