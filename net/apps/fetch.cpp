// SPDX-License-Identifier: MIT
#include "net/apps/fetch.hpp"

#include "kernel/base/console.hpp"
#include "kernel/sync/time.hpp"
#include "net/apps/crc32.hpp"
#include "net/apps/http_response.hpp"
#include "net/apps/rate.hpp"
#include "net/apps/resolve.hpp"
#include "net/apps/socket.hpp"
#include "net/apps/url.hpp"
#include "net/lwip/heap_buffer.hpp"

#include <array>
#include <format>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

namespace {

constexpr std::size_t buffer_bytes = 16 * 1024;

std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<> send_request(Socket& socket, const Url& url) {
    std::array<char, 512> text{};
    const auto end = std::format_to_n(text.data(), text.size(),
                                      "GET {} HTTP/1.0\r\nHost: {}\r\nUser-Agent: Lacuna\r\nAccept: */*\r\n\r\n",
                                      url.path, url.host);
    const auto length = static_cast<std::size_t>(end.size);
    if (length > text.size()) return fail(Error::InvalidArgument);
    return socket.send(std::as_bytes(std::span(text).first(length)));
}

/// Receives until the head is complete. Returns the filled part of `buffer`.
Result<std::span<std::byte>> receive_head(Socket& socket, std::span<std::byte> buffer, HttpResponse& response) {
    std::size_t filled = 0;
    for (;;) {
        const auto more = TRY(socket.receive(buffer.subspan(filled)));
        if (more.empty()) return fail(Error::Closed);
        filled += more.size();
        const auto parsed = parse_response(as_text(buffer.first(filled)));
        if (parsed) {
            response = *parsed;
            return buffer.first(filled);
        }
        const bool may_grow = parsed.error() == Error::WouldBlock && filled < buffer.size();
        if (!may_grow) return fail(Error::InvalidArgument);
    }
}

} // namespace

Result<FetchResult> fetch(const FetchOptions& options) {
    const Url url = TRY(parse_url(options.url));
    const ip_addr_t address = TRY(resolve(url.host));
    const auto begin = kernel::Instant::now();
    auto socket = TRY(Socket::connect(address, url.port, options.timeout_ms));
    socket.set_timeout(options.timeout_ms);
    TRY(send_request(socket, url));

    const auto buffer = TRY(HeapBuffer::allocate(buffer_bytes));
    HttpResponse response;
    auto piece = TRY(receive_head(socket, buffer.bytes(), response)).subspan(response.head_bytes);
    FetchResult result{.status = response.status};
    Crc32 crc;
    for (;;) {
        result.bytes += piece.size();
        crc.add(piece);
        if (options.body == FetchOptions::Body::Print) kernel::write(as_text(piece));
        if (response.content_length && result.bytes >= *response.content_length) break;
        piece = TRY(socket.receive(buffer.bytes()));
        if (!piece.empty()) continue;
        if (response.content_length) return fail(Error::Io);
        break;
    }
    result.crc32 = crc.value();
    result.ns = kernel::Instant::now().since(begin).ns();
    return result;
}

Result<FetchResult> fetch_and_report(const FetchOptions& options) {
    const FetchResult result = TRY(fetch(options));
    kernel::print("{} {} bytes, crc32 {:08x}, {} ms, {} kbit/s\n", result.status, result.bytes, result.crc32,
                  result.ns / 1'000'000, kilobits_per_second(result.bytes, result.ns));
    if (result.status == 404) return fail(Error::NotFound);
    if (result.status / 100 != 2) return fail(Error::Io);
    return result;
}

} // namespace net
