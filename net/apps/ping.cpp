// SPDX-License-Identifier: MIT
#include "net/apps/ping.hpp"

#include "kernel/base/console.hpp"
#include "kernel/sched/sched.hpp"
#include "net/apps/resolve.hpp"
#include "net/apps/socket.hpp"
#include "net/apps/socket_address.hpp"
#include "net/lwip/checksum.hpp"
#include "net/lwip/heap_buffer.hpp"
#include "net/stack/ip_prefix.hpp"

#include <lwip/prot/icmp.h>
#include <lwip/prot/icmp6.h>
#include <lwip/prot/ip.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/ip6.h>
#include <lwip/sockets.h>

#include <algorithm>
#include <optional>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Instant;
using kernel::Result;

namespace {

constexpr std::size_t ip4_header_most = 60;

/// One run of ping: a raw socket and the requests sent through it.
class Pinger {
public:
    Pinger(const ip_addr_t& peer, const PingOptions& options, Socket socket, HeapBuffer buffer)
        : peer_(peer), options_(options), socket_(std::move(socket)), buffer_(std::move(buffer)),
          identifier_(static_cast<std::uint16_t>(kernel::current().id())) {}

    Result<PingResult> run() {
        for (unsigned n = 0; n < options_.count; ++n) {
            const Instant begin = Instant::now();
            TRY(send_request(static_cast<std::uint16_t>(n)));
            ++result_.sent;
            TRY(await_reply(static_cast<std::uint16_t>(n), begin));
            const auto passed = Instant::now().since(begin);
            const auto interval = kernel::milliseconds(options_.interval_ms);
            if (n + 1 < options_.count && passed < interval) {
                TRY(kernel::sleep_for(kernel::Duration::from_ns(interval.ns() - passed.ns())));
            }
        }
        return result_;
    }

private:
    bool is_v6() const { return IP_IS_V6_VAL(peer_); }

    /// The two echo headers have one layout (RFC 792, RFC 4443 section 4.1).
    Result<> send_request(std::uint16_t sequence) {
        const std::span<std::byte> packet = buffer_.bytes().first(sizeof(icmp_echo_hdr) + options_.bytes);
        auto& header = *reinterpret_cast<icmp_echo_hdr*>(packet.data());
        header = {.type = static_cast<u8_t>(is_v6() ? static_cast<int>(ICMP6_TYPE_EREQ) : ICMP_ECHO),
                  .code = 0,
                  .chksum = 0,
                  .id = lwip_htons(identifier_),
                  .seqno = lwip_htons(sequence)};
        for (std::size_t i = sizeof header; i < packet.size(); ++i) {
            packet[i] = static_cast<std::byte>(i);
        }
        // ICMPv6's checksum covers the addresses, so lwIP computes it.
        if (!is_v6()) header.chksum = static_cast<u16_t>(~internet_checksum(packet));
        const SocketAddress to(peer_, 0);
        if (lwip_sendto(socket_.descriptor(), packet.data(), packet.size(), 0, to.get(), to.size()) < 0) {
            return fail(socket_error());
        }
        return {};
    }

    /// Raw sockets hear every message of the protocol: takes the answer out of what arrives.
    Result<> await_reply(std::uint16_t sequence, Instant begin) {
        const Instant end = begin + kernel::milliseconds(options_.timeout_ms);
        for (;;) {
            const auto left_ms = static_cast<unsigned>(end.since(Instant::now()).ns() / 1'000'000);
            if (left_ms == 0) break;
            socket_.set_timeout(left_ms);
            const auto packet = socket_.receive(buffer_.bytes());
            if (!packet && packet.error() != Error::TimedOut) return fail(packet.error());
            if (!packet) break;
            if (const auto reply = find_reply(*packet, sequence)) {
                count_reply(sequence, *reply, Instant::now().since(begin).ns());
                return {};
            }
        }
        kernel::print("no answer: seq={}\n", sequence);
        return {};
    }

    /// The payload's size if `packet` is the answer to request `sequence`.
    std::optional<std::size_t> find_reply(std::span<const std::byte> packet, std::uint16_t sequence) const {
        if (!is_v6()) {
            if (packet.size() < sizeof(ip_hdr)) return {};
            const auto& ip = *reinterpret_cast<const ip_hdr*>(packet.data());
            if (packet.size() < IPH_HL_BYTES(&ip)) return {};
            packet = packet.subspan(IPH_HL_BYTES(&ip));
        } else {
            if (packet.size() < sizeof(ip6_hdr)) return {};
            packet = packet.subspan(sizeof(ip6_hdr));
        }
        if (packet.size() < sizeof(icmp_echo_hdr)) return {};
        const auto& header = *reinterpret_cast<const icmp_echo_hdr*>(packet.data());
        const int wanted = is_v6() ? static_cast<int>(ICMP6_TYPE_EREP) : ICMP_ER;
        if (header.type != wanted || header.id != lwip_htons(identifier_) || header.seqno != lwip_htons(sequence)) {
            return {};
        }
        return packet.size() - sizeof header;
    }

    void count_reply(std::uint16_t sequence, std::size_t bytes, std::uint64_t ns) {
        IpText text{};
        kernel::print("{} bytes from {}: seq={} time={}.{:03} ms\n", bytes, to_text(peer_, text), sequence,
                      ns / 1'000'000, ns / 1000 % 1000);
        result_.shortest_ns = result_.received == 0 ? ns : std::min(result_.shortest_ns, ns);
        result_.longest_ns = std::max(result_.longest_ns, ns);
        result_.total_ns += ns;
        ++result_.received;
    }

    ip_addr_t peer_;
    PingOptions options_;
    Socket socket_;
    HeapBuffer buffer_;
    std::uint16_t identifier_;
    PingResult result_{};
};

} // namespace

Result<PingResult> ping(const PingOptions& options) {
    if (options.bytes > max_ping_bytes || options.count == 0) return fail(Error::InvalidArgument);
    const ip_addr_t peer = TRY(resolve(options.host));
    auto socket = TRY(Socket::raw(peer, IP_IS_V6_VAL(peer) ? static_cast<int>(IP6_NEXTH_ICMP6) : IP_PROTO_ICMP));
    auto buffer = TRY(HeapBuffer::allocate(ip4_header_most + sizeof(icmp_echo_hdr) + options.bytes));
    const PingResult result = TRY(Pinger(peer, options, std::move(socket), std::move(buffer)).run());
    const std::uint64_t mean_ns = result.received == 0 ? 0 : result.total_ns / result.received;
    kernel::print("{} sent, {} received, {}% lost; ms shortest/mean/longest {}.{:03}/{}.{:03}/{}.{:03}\n", result.sent,
                  result.received, (result.sent - result.received) * 100 / result.sent, result.shortest_ns / 1'000'000,
                  result.shortest_ns / 1000 % 1000, mean_ns / 1'000'000, mean_ns / 1000 % 1000,
                  result.longest_ns / 1'000'000, result.longest_ns / 1000 % 1000);
    if (result.received == 0) return fail(Error::TimedOut);
    return result;
}

} // namespace net
