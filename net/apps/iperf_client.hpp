// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstdint>
#include <string_view>

namespace net {

struct IperfOptions {
    std::string_view host; ///< in memory that the namespace can read
    std::uint16_t port = 5001;
    unsigned seconds = 5;   ///< how long to send, unless `mebibytes` is given
    unsigned mebibytes = 0; ///< how much to send; 0: as long as `seconds` say
};

struct IperfResult {
    std::uint64_t bytes = 0;
    std::uint64_t ns = 0;
};

/// Sends to an iperf 2 server (`iperf -s`, or IperfServer in another namespace) and prints what rate that
/// gave. Errors: those of resolve() and Socket.
kernel::Result<IperfResult> iperf(const IperfOptions& options);

} // namespace net
