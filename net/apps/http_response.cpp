// SPDX-License-Identifier: MIT
#include "net/apps/http_response.hpp"

#include <algorithm>
#include <charconv>

namespace net {

using kernel::Error;
using kernel::fail;

namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Field names know no case (RFC 9110, section 5.1).
bool same_name(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

template <class Number>
kernel::Result<Number> parse_number(std::string_view text) {
    Number value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
        return fail(Error::InvalidArgument);
    }
    return value;
}

std::string_view trim(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

} // namespace

kernel::Result<HttpResponse> parse_response(std::string_view text) {
    constexpr std::string_view version = "HTTP/1.";
    if (text.substr(0, version.size()) != version.substr(0, text.size())) {
        return fail(Error::InvalidArgument);
    }
    const auto head_end = text.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return fail(Error::WouldBlock);
    HttpResponse response;
    response.head_bytes = head_end + 4;

    // HTTP/1.x SP 3DIGIT [SP reason]
    std::string_view head = text.substr(0, head_end + 2);
    const std::string_view first = head.substr(0, head.find("\r\n"));
    if (first.size() < 12 || first[8] != ' ') return fail(Error::InvalidArgument);
    response.status = TRY(parse_number<unsigned>(first.substr(9, 3)));
    if (response.status < 100) return fail(Error::InvalidArgument);

    for (head.remove_prefix(first.size() + 2); !head.empty();) {
        const auto end = head.find("\r\n");
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(end + 2);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return fail(Error::InvalidArgument);
        if (same_name(line.substr(0, colon), "content-length")) {
            response.content_length = TRY(parse_number<std::uint64_t>(trim(line.substr(colon + 1))));
        }
    }
    return response;
}

} // namespace net
