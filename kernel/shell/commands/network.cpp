// SPDX-License-Identifier: MIT
// Commands that use the TCP/IP stack of the namespace they run in.
#include "kernel/options/values.hpp"
#include "kernel/shell/commands/groups.hpp"
#include "kernel/shell/commands/ip.hpp"
#include "net/apps/bulk.hpp"
#include "net/apps/echo_server.hpp"
#include "net/apps/fetch.hpp"
#include "net/apps/http_server.hpp"
#include "net/apps/iperf_client.hpp"
#include "net/apps/iperf_server.hpp"
#include "net/apps/ping.hpp"
#include "net/apps/rate.hpp"
#include "net/apps/stress.hpp"

namespace kernel {
namespace {

/// Reads `-c COUNT` and the like: a number within bounds.
Status read_number(std::string_view command, std::string_view option, std::string_view value, std::uint64_t least,
                   std::uint64_t most, std::uint64_t& out) {
    const auto number = parse_number(value);
    if (!number || *number < least || *number > most) {
        return failed("{}: {} takes a number from {} to {}, not '{}'", command, option, least, most, value);
    }
    out = *number;
    return Status::Ok;
}

Status ping(Arguments arguments) {
    net::PingOptions options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view word = arguments[i];
        if (!word.starts_with("-")) {
            if (!options.host.empty()) return Status::BadUsage;
            options.host = word;
            continue;
        }
        if (i + 1 == arguments.size()) return Status::BadUsage;
        std::uint64_t number = 0;
        Status status = Status::BadUsage;
        if (word == "-c") {
            status = read_number("ping", word, arguments[++i], 1, 1'000'000, number);
            options.count = static_cast<unsigned>(number);
        } else if (word == "-s") {
            status = read_number("ping", word, arguments[++i], 0, net::max_ping_bytes, number);
            options.bytes = number;
        } else if (word == "-i") {
            status = read_number("ping", word, arguments[++i], 1, 60'000, number);
            options.interval_ms = static_cast<unsigned>(number);
        }
        if (status != Status::Ok) return status;
    }
    if (options.host.empty()) return Status::BadUsage;
    const auto result = net::ping(options);
    return result ? Status::Ok : failed("ping {}: {}", options.host, name(result.error()));
}

Status fetch(Arguments arguments) {
    net::FetchOptions options;
    for (std::string_view word : arguments) {
        if (word == "--print") {
            options.body = net::FetchOptions::Body::Print;
        } else if (word.starts_with("-") || !options.url.empty()) {
            return Status::BadUsage;
        } else {
            options.url = word;
        }
    }
    if (options.url.empty()) return Status::BadUsage;
    const auto result = net::fetch_and_report(options);
    return result ? Status::Ok : failed("fetch {}: {}", options.url, name(result.error()));
}

/// `NAME`, `NAME start` and `NAME stop` of a server that a namespace has one of.
template <class Server>
Status serve(std::string_view what, Arguments arguments) {
    const std::string_view verb = arguments.empty() ? "start" : arguments[0];
    if (arguments.size() > 1) return Status::BadUsage;
    if (verb == "start") {
        const auto started = Server::start();
        if (!started && started.error() == Error::Exists) {
            return failed("{}: it runs already, or something else has port {}", what, Server::port);
        }
        return status_of(what, started);
    }
    if (verb == "stop") {
        const auto stopped = Server::stop();
        if (!stopped && stopped.error() == Error::NotFound) return failed("{}: it does not run", what);
        return status_of(what, stopped);
    }
    return Status::BadUsage;
}

Status http(Arguments arguments) { return serve<net::HttpServer>("http", arguments); }
Status echod(Arguments arguments) { return serve<net::EchoServer>("echod", arguments); }
Status sink(Arguments arguments) { return serve<net::BulkSink>("sink", arguments); }

Status iperf(Arguments arguments) {
    if (arguments.empty()) return Status::BadUsage;
    const Arguments rest = arguments.subspan(1);
    if (arguments[0] == "server") return serve<net::IperfServer>("iperf server", rest);
    if (arguments[0] != "client" || rest.empty() || rest.size() > 2) return Status::BadUsage;
    net::IperfOptions options{.host = rest[0]};
    if (rest.size() == 2) {
        std::uint64_t seconds = 0;
        const Status status = read_number("iperf", "SECONDS", rest[1], 1, 3600, seconds);
        if (status != Status::Ok) return status;
        options.seconds = static_cast<unsigned>(seconds);
    }
    const auto result = net::iperf(options);
    return result ? Status::Ok : failed("iperf {}: {}", options.host, name(result.error()));
}

Status send(Arguments arguments) {
    if (arguments.empty() || arguments.size() > 2) return Status::BadUsage;
    net::BulkOptions options{.host = arguments[0]};
    if (arguments.size() == 2) {
        const auto bytes = parse_size(arguments[1]);
        if (!bytes || *bytes == 0) return failed("send: '{}' is not a size such as 64M", arguments[1]);
        options.bytes = *bytes;
    }
    const auto result = net::bulk_send(options);
    if (!result) return failed("send {}: {}", options.host, name(result.error()));
    print("{} bytes arrived as they were sent, in {} ms: {} kbit/s\n", result->bytes, result->ns / 1'000'000,
          net::kilobits_per_second(result->bytes, result->ns));
    return Status::Ok;
}

Status stress(Arguments arguments) {
    if (arguments.size() > 2) return Status::BadUsage;
    std::uint64_t count = 64;
    std::uint64_t length_s = 10;
    Status status = Status::Ok;
    if (!arguments.empty()) status = read_number("stress", "NAMESPACES", arguments[0], 2, 128, count);
    if (status == Status::Ok && arguments.size() == 2) {
        status = read_number("stress", "SECONDS", arguments[1], 1, 100'000, length_s);
    }
    if (status != Status::Ok) return status;
    const auto result =
        net::stress({.namespaces = static_cast<unsigned>(count), .seconds = static_cast<unsigned>(length_s)});
    if (!result) return failed("stress: {}", name(result.error()));
    print("{} namespaces lived, {} streams of {} bytes in all arrived whole, {} were cut short\n", result->lives,
          result->streams, result->bytes, result->cut_short);
    if (result->failures > 0) return failed("stress: {} failures", result->failures);
    if (result->frames_lost != 0) return failed("stress: {} frames lost", result->frames_lost);
    return Status::Ok;
}

constexpr Command commands[] = {
    {"ip", "[addr|route|dhcp|dns ...]",
     "Show or change the namespace's interfaces, addresses and routes.\n"
     "  ip                                   show them\n"
     "  ip addr add|del ADDRESS/LENGTH [INTERFACE]\n"
     "  ip route add ADDRESS [INTERFACE]     send everything for other networks to ADDRESS\n"
     "  ip route del [INTERFACE]\n"
     "  ip dhcp [INTERFACE]                  ask for an address and wait for it\n"
     "  ip dns ADDRESS                       the server that resolves names",
     Place::Namespace, ip_command},
    {"ping", "[-c COUNT] [-s BYTES] [-i MILLISECONDS] HOST", "Send ICMP echo requests.", Place::Namespace, ping},
    {"fetch", "[--print] URL", "Get a file by HTTP: http://HOST[:PORT]/PATH.", Place::Namespace, fetch},
    {"http", "[start|stop]", "Run the HTTP server on port 80, with the files that `files` lists.", Place::Namespace,
     http},
    {"echod", "[start|stop]", "Run the echo server on port 7, TCP and UDP.", Place::Namespace, echod},
    {"iperf", "server [start|stop] | client HOST [SECONDS]",
     "Run the iperf 2 server on port 5001, or measure against one.", Place::Namespace, iperf},
    {"sink", "[start|stop]", "Run the server on port 5002 that checks what `send` sends.", Place::Namespace, sink},
    {"stress", "[NAMESPACES [SECONDS]]",
     "Have namespaces (64) come and go under checksummed TCP traffic for a while (10 s), on all processors.\n"
     "Fails if something did not work or a frame is lost; `audit` afterwards says whether all is in place.",
     Place::System, stress},
    {"send", "HOST [SIZE]", "Send a stream to a sink and have every byte of it checked; 1M unless told.",
     Place::Namespace, send},
};

} // namespace

constinit const CommandGroup network_commands{"Network (in the namespace of `ns exec`, else in init)", commands};

} // namespace kernel
