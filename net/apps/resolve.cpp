// SPDX-License-Identifier: MIT
#include "net/apps/resolve.hpp"

#include "net/stack/ip_prefix.hpp"

#include <lwip/api.h>

#include <array>
#include <cstring>

namespace net {

using kernel::Error;
using kernel::fail;

kernel::Result<ip_addr_t> resolve(std::string_view host) {
    if (const auto address = parse_ip(host)) return *address;
    std::array<char, DNS_MAX_NAME_LENGTH> name{};
    if (host.empty() || host.size() >= name.size()) return fail(Error::InvalidArgument);
    std::memcpy(name.data(), host.data(), host.size());
    ip_addr_t address{};
    if (netconn_gethostbyname(name.data(), &address) != ERR_OK) return fail(Error::NotFound);
    return address;
}

} // namespace net
