// SPDX-License-Identifier: MIT
#include "net/veth/pbuf_source.hpp"

#include <algorithm>
#include <cstring>

namespace net {

void PbufSource::restart() {
    header_read_ = 0;
    at_ = first_;
    consumed_ = 0;
}

void PbufSource::copy(std::span<std::byte> out) {
    const std::byte* const from = next();
    if (header_read_ != header_.size() || out.size() > std::size_t{at_->len} - consumed_) return copy_across(out);
    consumed_ += out.size();
    std::memcpy(out.data(), from, out.size());
}

/// What lies in several places.
void PbufSource::copy_across(std::span<std::byte> out) {
    const auto header = header_.subspan(header_read_, std::min(header_.size() - header_read_, out.size()));
    std::memcpy(out.data(), header.data(), header.size());
    header_read_ += header.size();
    out = out.subspan(header.size());
    while (!out.empty()) {
        if (consumed_ == at_->len) {
            at_ = at_->next;
            consumed_ = 0;
            continue; // it may be empty
        }
        const std::size_t take = std::min<std::size_t>(at_->len - consumed_, out.size());
        std::memcpy(out.data(), next(), take);
        out = out.subspan(take);
        consumed_ += take;
    }
}

} // namespace net
