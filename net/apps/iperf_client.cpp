// SPDX-License-Identifier: MIT
#include "net/apps/iperf_client.hpp"

#include "kernel/base/console.hpp"
#include "kernel/sync/time.hpp"
#include "net/apps/rate.hpp"
#include "net/apps/resolve.hpp"
#include "net/apps/socket.hpp"
#include "net/lwip/heap_buffer.hpp"

#include <algorithm>

namespace net {

using kernel::Instant;

namespace {

constexpr std::size_t block_bytes = 16 * 1024;
constexpr unsigned connect_timeout_ms = 5000;

/// iperf's test data are digits. The block begins with iperf 2's client header, whose flags are zero: a
/// plain test in one direction (iperf 2.0 Settings.hpp, client_hdr).
void write_block(std::span<std::byte> block) {
    for (std::size_t i = 0; i < block.size(); ++i) {
        block[i] = static_cast<std::byte>('0' + i % 10);
    }
    constexpr std::size_t header_bytes = 24;
    std::ranges::fill(block.first(header_bytes), std::byte{0});
}

} // namespace

kernel::Result<IperfResult> iperf(const IperfOptions& options) {
    const ip_addr_t address = TRY(resolve(options.host));
    const auto block = TRY(HeapBuffer::allocate(block_bytes));
    write_block(block.bytes());
    auto socket = TRY(Socket::connect(address, options.port, connect_timeout_ms));

    IperfResult result;
    const std::uint64_t wanted = std::uint64_t{options.mebibytes} << 20;
    const Instant begin = Instant::now();
    const Instant end = begin + kernel::seconds(options.seconds);
    while (wanted != 0 ? result.bytes < wanted : Instant::now() < end) {
        TRY(socket.send(block.bytes()));
        result.bytes += block_bytes;
    }
    TRY(socket.finish_sending());
    result.ns = Instant::now().since(begin).ns();
    kernel::print("iperf to {}: {} bytes in {} ms, {} kbit/s\n", options.host, result.bytes, result.ns / 1'000'000,
                  kilobits_per_second(result.bytes, result.ns));
    return result;
}

} // namespace net
