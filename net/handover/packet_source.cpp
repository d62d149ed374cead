// SPDX-License-Identifier: MIT
#include "net/handover/packet_source.hpp"

#include <cstring>

namespace net {

void SpanSource::copy(std::span<std::byte> out) {
    std::memcpy(out.data(), next_, out.size());
    next_ += out.size();
}

} // namespace net
