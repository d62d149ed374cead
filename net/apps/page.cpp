// SPDX-License-Identifier: MIT
#include "net/apps/page.hpp"

#include <algorithm>
#include <cstring>

namespace net {

bool Page::grow() {
    const auto old = buffer_.bytes();
    auto larger = HeapBuffer::allocate(std::max<std::size_t>(1024, old.size() * 2));
    if (!larger) return complete_ = false;
    if (size_ > 0) std::memcpy(larger->bytes().data(), old.data(), size_);
    buffer_ = std::move(*larger);
    return true;
}

void Page::put(char c) {
    if (size_ == buffer_.bytes().size() && !grow()) return;
    buffer_.bytes()[size_++] = static_cast<std::byte>(c);
}

void Page::put(std::string_view text) {
    for (char c : text) put(c);
}

void Page::put_escaped(std::string_view text) {
    for (char c : text) {
        switch (c) {
        case '<':
            put("&lt;");
            break;
        case '>':
            put("&gt;");
            break;
        case '&':
            put("&amp;");
            break;
        case '"':
            put("&quot;");
            break;
        default:
            put(c);
        }
    }
}

} // namespace net
