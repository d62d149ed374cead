// SPDX-License-Identifier: MIT
// One packet from one namespace to another over a wire of its own, by each handover policy.
#include <array>
#include <memory>
#include <new>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/net_path.hpp"
#include "kernel/bench/run.hpp"
#include "net/handover/handover.hpp"
#include "net/handover/packet_source.hpp"
#include "net/links/kernel_wire_memory.hpp"
#include "net/links/link_state.hpp"
#include "net/wire/wire.hpp"

namespace kernel::bench {
namespace {

constexpr std::size_t packets = 16; ///< on the wire at a time: sent in one go, then received
constexpr std::uint32_t first_wire = 0xf160'0000;

/// The receiver polls, so that no wake-up is counted.
class NoWaker final : public net::Waker {
public:
    void wake() override {}
};

constinit std::array<std::byte, 16 * 1024> payload{};

/// Does `one()` for each packet.
template <class One>
bool for_all_packets(One&& one) {
    for (std::size_t i = 0; i < packets; ++i) {
        if (!one()) return false;
    }
    return true;
}

/// A wire between two ends that nobody wakes.
class TestWire {
public:
    TestWire() : wire_(new (std::nothrow) net::Wire(mm::TransitTag{next_++}, memory_)) {
        if (wire_ == nullptr) return;
        wire_->attach(net::Side::A, waker_);
        wire_->attach(net::Side::B, waker_);
    }
    ~TestWire() {
        if (wire_ == nullptr) return;
        wire_->close(net::Side::A);
        wire_->close(net::Side::B);
    }
    TestWire(const TestWire&) = delete;
    TestWire& operator=(const TestWire&) = delete;

    net::Wire* get() const { return wire_.get(); }

private:
    static constinit inline std::uint32_t next_ = first_wire;
    net::KernelWireMemory memory_;
    NoWaker waker_;
    std::unique_ptr<net::Wire> wire_; // two rings are too much for a stack
};

enum class Half { Send, Receive };

template <mm::HandoverPolicy policy, std::size_t bytes, Half half>
void cross(Run& run) {
    const Path path({}); // its ends have a stock of packet frames; its own wire is idle
    TestWire wire;
    if (!path || wire.get() == nullptr) return run.fail(Error::OutOfMemory);
    const net::HandoverOps& handover = net::handover(policy);
    const auto send = [&] {
        const net::WireEnd end(*wire.get(), net::Side::A);
        net::SpanSource source(std::span(payload).first(bytes));
        const bool sent = handover.send(end, net::link_state->outbox, source).has_value();
        net::link_state->outbox.flush(); // each packet on its own
        return sent;
    };
    const auto receive = [&] {
        const net::WireEnd end(*wire.get(), net::Side::B);
        net::Inbox inbox;
        auto packet = net::receive_packet(end, inbox, net::link_state->frames);
        if (packet) packet->recycle(net::link_state->frames);
        return packet.has_value();
    };
    run.measure_parts(packets, [&](Stopwatch& watch) {
        bool done = true;
        const auto timed = [&](Half which, auto& work) {
            if (which == half) watch.start();
            done = for_all_packets(work) && done;
            if (which == half) watch.stop();
        };
        return run_inside(path.near(), [&] { timed(Half::Send, send); }) &&
               run_inside(path.far(), [&] { timed(Half::Receive, receive); }) && done;
    });
}

constexpr auto remap = mm::HandoverPolicy::Remap;
constexpr auto copy = mm::HandoverPolicy::Copy;

LACUNA_BENCHMARK("handover.remap.64.send", Unit::Cycles, cross<remap, 64, Half::Send>);
LACUNA_BENCHMARK("handover.remap.64.receive", Unit::Cycles, cross<remap, 64, Half::Receive>);
LACUNA_BENCHMARK("handover.remap.1514.send", Unit::Cycles, cross<remap, 1514, Half::Send>);
LACUNA_BENCHMARK("handover.remap.1514.receive", Unit::Cycles, cross<remap, 1514, Half::Receive>);
LACUNA_BENCHMARK("handover.remap.4000.send", Unit::Cycles, cross<remap, 4000, Half::Send>);
LACUNA_BENCHMARK("handover.remap.4000.receive", Unit::Cycles, cross<remap, 4000, Half::Receive>);
LACUNA_BENCHMARK("handover.copy.64.send", Unit::Cycles, cross<copy, 64, Half::Send>);
LACUNA_BENCHMARK("handover.copy.64.receive", Unit::Cycles, cross<copy, 64, Half::Receive>);
LACUNA_BENCHMARK("handover.copy.1514.send", Unit::Cycles, cross<copy, 1514, Half::Send>);
LACUNA_BENCHMARK("handover.copy.1514.receive", Unit::Cycles, cross<copy, 1514, Half::Receive>);
LACUNA_BENCHMARK("handover.copy.4000.send", Unit::Cycles, cross<copy, 4000, Half::Send>);
LACUNA_BENCHMARK("handover.copy.4000.receive", Unit::Cycles, cross<copy, 4000, Half::Receive>);

} // namespace
} // namespace kernel::bench
