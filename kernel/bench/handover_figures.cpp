// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <span>

#include "kernel/base/fixed_text.hpp"
#include "kernel/bench/figures.hpp"
#include "kernel/bench/measure.hpp"
#include "kernel/sched/sched.hpp"
#include "net/handover/handover.hpp"
#include "net/handover/packet_source.hpp"
#include "net/links/kernel_wire_memory.hpp"
#include "net/links/link_state.hpp"
#include "net/wire/wire.hpp"

namespace kernel::bench {
namespace {

constexpr std::size_t packets = 16;  ///< on the wire at a time: sent in one go, then received
constexpr std::uint32_t wire_number = 0xf160'0000;

/// The receiver polls, so that no wake-up is counted.
class NoWaker final : public net::Waker {
public:
    void wake() override {}
};

/// What the task of each end shares with this one. Shared memory, as is the wire.
struct Crossing {
    net::Wire& wire;
    const net::HandoverOps& handover;
    std::size_t bytes;
    std::uint64_t cycles = 0;
    EventSnapshot events{};
    bool failed = false;
};

constinit std::array<std::byte, 16 * 1024> payload{};

/// Runs `work` and adds its cost to the crossing's.
template <class Work>
void timed(Crossing& crossing, Work&& work) {
    const EventSnapshot before = snapshot_events();
    const std::uint64_t start = arch::cycles();
    for (std::size_t i = 0; i < packets; ++i) {
        if (!work()) crossing.failed = true;
    }
    crossing.cycles = arch::cycles() - start;
    crossing.events = snapshot_events().since(before);
}

void send_all(void* shared) {
    auto& crossing = *static_cast<Crossing*>(shared);
    const net::WireEnd end(crossing.wire, net::Side::A);
    timed(crossing, [&] {
        net::SpanSource source(std::span(payload).first(crossing.bytes));
        return crossing.handover.send(end, net::link_state->frames, source).has_value();
    });
}

void receive_all(void* shared) {
    auto& crossing = *static_cast<Crossing*>(shared);
    const net::WireEnd end(crossing.wire, net::Side::B);
    timed(crossing, [&] {
        auto packet = net::receive_packet(end, net::link_state->frames);
        if (!packet) return false;
        packet->recycle(net::link_state->frames);
        return true;
    });
}

/// Both halves of the way, each in its namespace, `samples` times; the median of the sums.
void cross(NetNamespace& a, NetNamespace& b, net::Wire& wire, mm::HandoverPolicy policy,
           std::string_view policy_name, std::size_t bytes) {
    const FixedText<40> name("handover {}, {} bytes", policy_name, bytes);
    Crossing out{.wire = wire, .handover = net::handover(policy), .bytes = bytes};
    Crossing in{.wire = wire, .handover = net::handover(policy), .bytes = bytes};
    std::array<std::uint64_t, samples> sending, receiving;
    for (std::size_t i = 0; i < warm_ups + samples; ++i) {
        const bool ran = run_in(a, "send", send_all, &out) && run_in(b, "receive", receive_all, &in);
        if (!ran || out.failed || in.failed) return print_missing(name.view(), "a packet did not cross");
        if (i < warm_ups) continue;
        sending[i - warm_ups] = out.cycles;
        receiving[i - warm_ups] = in.cycles;
    }
    const auto less = [](std::uint64_t x, std::uint64_t y) { return x < y; };
    std::ranges::sort(sending, less);
    std::ranges::sort(receiving, less);
    const FixedText<40> send_name("{}: send", name.view()), receive_name("{}: receive", name.view());
    print_figure({.name = send_name.view(), .operations = packets, .cycles = sending[samples / 2],
                  .events = out.events});
    print_figure({.name = receive_name.view(), .operations = packets, .cycles = receiving[samples / 2],
                  .events = in.events});
}

} // namespace

void handover_figures(NetNamespace& a, NetNamespace& b) {
    static constinit std::uint32_t next_wire = wire_number;
    static net::KernelWireMemory wire_memory;
    static NoWaker waker;
    // Two rings are too much for a stack.
    auto* const wire = new (std::nothrow) net::Wire(mm::TransitTag{next_wire++}, wire_memory);
    if (wire == nullptr) return print_missing("handover", "out of memory");
    wire->attach(net::Side::A, waker);
    wire->attach(net::Side::B, waker);
    for (const auto& choice : mm::handover_choices) {
        for (const std::size_t bytes : {std::size_t{64}, std::size_t{1514}, std::size_t{4000}}) {
            cross(a, b, *wire, choice.value, choice.name, bytes);
        }
    }
    wire->close(net::Side::A);
    wire->close(net::Side::B);
    delete wire;
}

} // namespace kernel::bench
