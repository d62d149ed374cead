// SPDX-License-Identifier: MIT
#include "net/handover/packet_source.hpp"

#include "kernel/base/assert.hpp"

#include <cstring>

namespace net {

void SpanSource::read(std::span<std::byte> out) {
    kernel::ensure(out.size() <= rest_.size(), "a packet is read within its length");
    std::memcpy(out.data(), rest_.data(), out.size());
    rest_ = rest_.subspan(out.size());
}

} // namespace net
