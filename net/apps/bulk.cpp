// SPDX-License-Identifier: MIT
#include "net/apps/bulk.hpp"

#include "kernel/sync/time.hpp"
#include "net/apps/bulk_stream.hpp"
#include "net/apps/resolve.hpp"
#include "net/apps/socket.hpp"
#include "net/apps/tcp_port.hpp"
#include "net/lwip/heap_buffer.hpp"
#include "net/stack/core_lock.hpp"

#include <algorithm>

namespace net {

using kernel::Error;
using kernel::fail;

namespace {

constexpr std::size_t block_bytes = 16 * 1024;

kernel::Result<BulkVerdict> receive_verdict(Socket& socket) {
    std::array<std::byte, sizeof(BulkVerdict)> bytes{};
    for (std::size_t filled = 0; filled < bytes.size();) {
        const auto piece = TRY(socket.receive(std::span(bytes).subspan(filled)));
        if (piece.empty()) return fail(Error::Closed);
        filled += piece.size();
    }
    return std::bit_cast<BulkVerdict>(bytes);
}

} // namespace

kernel::Result<> BulkSink::start() {
    const CoreLock lock;
    return open_port(port, &BulkStream::accept);
}

kernel::Result<> BulkSink::stop() {
    const CoreLock lock;
    return close_port(port);
}

bool BulkSink::running() {
    const CoreLock lock;
    return port_is_open(port);
}

kernel::Result<BulkResult> bulk_send(const BulkOptions& options) {
    const ip_addr_t address = TRY(resolve(options.host));
    const auto block = TRY(HeapBuffer::allocate(block_bytes));
    auto socket = TRY(Socket::connect(address, BulkSink::port, options.timeout_ms));
    socket.set_timeout(options.timeout_ms);

    const auto begin = kernel::Instant::now();
    const BulkHeader header{.seed = options.seed, .bytes = options.bytes};
    TRY(socket.send(std::as_bytes(std::span(&header, 1))));
    PatternStream pattern(options.seed);
    for (std::uint64_t sent = 0; sent < options.bytes;) {
        const auto piece = block.bytes().first(std::min<std::uint64_t>(block_bytes, options.bytes - sent));
        pattern.fill(piece);
        TRY(socket.send(piece));
        sent += piece.size();
    }
    TRY(socket.finish_sending());
    const BulkVerdict verdict = TRY(receive_verdict(socket));
    if (verdict.bytes != options.bytes || verdict.intact_bytes != options.bytes) return fail(Error::Io);
    return BulkResult{options.bytes, kernel::Instant::now().since(begin).ns()};
}

} // namespace net
