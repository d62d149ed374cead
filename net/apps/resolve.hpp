// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <lwip/ip_addr.h>

#include <string_view>

namespace net {

/// The address that `host` is or has: an address in its usual notation, or a name that the namespace's
/// DNS server knows. Waits for the server's answer. Thread inside the namespace. Errors: InvalidArgument
/// (empty or too long); NotFound.
kernel::Result<ip_addr_t> resolve(std::string_view host);

} // namespace net
