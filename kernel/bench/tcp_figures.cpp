// SPDX-License-Identifier: MIT
#include "kernel/bench/figures.hpp"
#include "kernel/bench/measure.hpp"
#include "kernel/sched/sched.hpp"
#include "net/apps/bulk.hpp"

namespace kernel::bench {
namespace {

constexpr std::uint64_t one_mib = 1 << 20;

void start_sink(void* started) { *static_cast<bool*>(started) = net::BulkSink::start().has_value(); }

void send_one_mib(void* sent) {
    *static_cast<bool*>(sent) = net::bulk_send({.host = "192.168.77.2", .bytes = one_mib}).has_value();
}

} // namespace

void tcp_figures(NetNamespace& a, NetNamespace& b) {
    constexpr std::string_view name = "1 MiB of TCP, checked";
    bool started = false;
    if (!run_in(b, "sink", start_sink, &started) || !started) return print_missing(name, "no sink");
    figure(name, 1, [&a] {
        bool sent = false;
        return run_in(a, "send", send_one_mib, &sent) && sent;
    });
}

} // namespace kernel::bench
