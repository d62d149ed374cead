// SPDX-License-Identifier: MIT
#include "net/handover/packet_reader.hpp"

#include <algorithm>
#include <cstring>

namespace net {

void PacketReader::restart() {
    pieces_ = packet_.pieces();
    consumed_ = 0;
}

void PacketReader::copy(std::span<std::byte> out) {
    while (!out.empty()) {
        const auto rest = pieces_.front().bytes().subspan(consumed_);
        const std::size_t take = std::min(rest.size(), out.size());
        std::memcpy(out.data(), rest.data(), take);
        out = out.subspan(take);
        consumed_ += take;
        if (take == rest.size()) {
            pieces_ = pieces_.subspan(1);
            consumed_ = 0;
        }
    }
}

} // namespace net
