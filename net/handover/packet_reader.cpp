// SPDX-License-Identifier: MIT
#include "net/handover/packet_reader.hpp"

#include <algorithm>
#include <cstring>

namespace net {

void PacketReader::rewind() {
    pieces_ = packet_.pieces();
    consumed_ = 0;
    remaining_ = packet_.bytes();
}

void PacketReader::read(std::span<std::byte> out) {
    kernel::ensure(out.size() <= remaining_, "a packet is read within its length");
    remaining_ -= out.size();
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
