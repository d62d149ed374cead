// SPDX-License-Identifier: MIT
#include "net/veth/pbuf_source.hpp"

#include "kernel/base/assert.hpp"

#include <algorithm>
#include <cstring>

namespace net {

void PbufSource::rewind() {
    at_ = &first_;
    consumed_ = 0;
    header_left_ = header_;
    remaining_ = header_.size() + first_.tot_len;
}

void PbufSource::read(std::span<std::byte> out) {
    kernel::ensure(out.size() <= remaining_, "a packet is read within its length");
    remaining_ -= out.size();
    if (!header_left_.empty()) {
        const std::size_t take = std::min(header_left_.size(), out.size());
        std::memcpy(out.data(), header_left_.data(), take);
        header_left_ = header_left_.subspan(take);
        out = out.subspan(take);
    }
    while (!out.empty()) {
        const std::size_t take = std::min<std::size_t>(at_->len - consumed_, out.size());
        std::memcpy(out.data(), static_cast<const std::byte*>(at_->payload) + consumed_, take);
        out = out.subspan(take);
        consumed_ += take;
        if (consumed_ == at_->len) {
            at_ = at_->next;
            consumed_ = 0;
        }
    }
}

} // namespace net
