// SPDX-License-Identifier: MIT
// TCP from one namespace to another, over veth pairs, with the handover policy of this boot.
#include "kernel/ns/frame_balance.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/smp/cpus.hpp"
#include "kernel/test/test.hpp"
#include "net/apps/pair_testing.hpp"
#include "net/apps/ping.hpp"
#include "net/apps/socket.hpp"
#include "net/stack/interfaces.hpp"

#include <lwip/stats.h>

#include <algorithm>
#include <array>
#include <atomic>

using kernel::Error;
using kernel::ScratchNamespace;
using net::testing::far_address;
using net::testing::Pair;

namespace {

/// A stream that goes on in the background while a test does something to it.
class BackgroundStream {
public:
    BackgroundStream(const ScratchNamespace& from, std::uint64_t bytes) : bytes_(bytes), task_(from.begin(*this)) {}
    void operator()() { result_ = net::bulk_send({.host = far_address, .bytes = bytes_, .timeout_ms = 30'000}); }
    const kernel::Result<net::BulkResult>& wait() {
        if (task_) static_cast<void>(kernel::join(*task_));
        return result_;
    }

private:
    std::uint64_t bytes_;
    kernel::Result<net::BulkResult> result_ = kernel::fail(Error::Killed);
    kernel::TaskRef task_;
};

constexpr int echo_rounds = 40;

/// Sends a byte to the far end's echo server and takes it back, `echo_rounds` times; counts in `done`.
void echo(std::atomic<int>& done) {
    const auto address = net::parse_ip(far_address);
    auto socket = net::Socket::connect(*address, net::EchoServer::port, 10'000);
    if (!socket) return;
    socket->set_timeout(10'000);
    std::array<std::byte, 1> byte{};
    for (int i = 0; i < echo_rounds; ++i) {
        if (!socket->send(byte) || !socket->receive(byte)) return;
        ++done;
    }
}

void let_traffic_flow() { static_cast<void>(kernel::sleep_for(kernel::milliseconds(20))); }

/// Takes one end of a stream to the limit of its memory, again and again; the stream arrives whole.
void squeeze(ScratchNamespace Pair::* end) {
    Pair pair("ntc-a", "ntc-b");
    REQUIRE(pair);
    BackgroundStream stream(pair.near, 32 << 20);
    let_traffic_flow(); // it is the stream that is to recover, not its beginning
    mm::Domain& domain = (pair.*end)->domain();
    for (int time = 0; time < 3; ++time) {
        domain.set_limit(domain.books().owned + mm::PageCount{1});
        let_traffic_flow();
        domain.set_limit(mm::Domain::unlimited);
        let_traffic_flow();
    }
    CHECK(stream.wait().has_value());
}

} // namespace

LACUNA_TEST("net.tcp", "ping crosses a veth pair") {
    Pair pair("ntc-a", "ntc-b");
    REQUIRE(pair);
    CHECK(pair.near.inside([] {
        const auto result = net::ping({.host = far_address, .count = 2, .interval_ms = 1});
        CHECK(result.has_value());
        // More than a frame: crosses in fragments.
        CHECK(net::ping({.host = far_address, .count = 2, .bytes = 5000, .interval_ms = 1}).has_value());
    }));
}

LACUNA_TEST("net.tcp", "64 MiB arrive byte for byte") {
    Pair pair("ntc-a", "ntc-b");
    REQUIRE(pair);
    CHECK(pair.send(64 << 20, 64).has_value());
}

LACUNA_TEST("net.tcp", "packets of a page, and packets of several frames, arrive byte for byte") {
    for (const std::uint16_t mtu : {std::uint16_t{4000}, std::uint16_t{9000}, net::max_mtu}) {
        Pair pair("ntc-a", "ntc-b", mtu);
        REQUIRE(pair);
        CHECK(pair.send(4 << 20, mtu).has_value());
    }
}

LACUNA_TEST("net.tcp", "ends with different offloads understand each other") {
    using net::ChecksumOffload;
    using net::JoinSegments;
    for (const auto near_leaves : {ChecksumOffload::None, ChecksumOffload::Tcp, ChecksumOffload::TcpAndUdp}) {
        for (const auto far_leaves : {ChecksumOffload::None, ChecksumOffload::TcpAndUdp}) {
            for (const auto join : {JoinSegments::No, JoinSegments::Yes}) {
                auto at_near = net::testing::pair_interface(1, 1500), at_far = net::testing::pair_interface(2, 1500);
                at_near.checksum_offload = near_leaves;
                at_far.checksum_offload = far_leaves;
                at_near.join_segments = at_far.join_segments = join;
                Pair pair("ntc-a", "ntc-b", at_near, at_far);
                REQUIRE(pair);
                CHECK(pair.send(1 << 20, 11).has_value());
                // Nothing was dropped on the way for its checksum, and then sent again.
                for (const ScratchNamespace* side : {&pair.near, &pair.far}) {
                    unsigned bad = 1;
                    CHECK(side->inside(
                        [&] { bad = lwip_stats.tcp.chkerr + lwip_stats.udp.chkerr + lwip_stats.ip.chkerr; }));
                    CHECK(bad == 0u);
                }
            }
        }
    }
}

LACUNA_TEST("net.tcp", "IPv6 crosses a wire: echo requests, fragments, streams") {
    const auto give = [](const ScratchNamespace& side, std::string_view prefix) {
        bool given = false;
        CHECK(side.inside([&] { given = net::add_address("ve1", *net::parse_prefix(prefix)).has_value(); }));
        return given;
    };
    for (const std::uint16_t mtu : {net::default_mtu, net::max_mtu}) {
        Pair pair("ntc-a", "ntc-b", mtu);
        REQUIRE(pair);
        REQUIRE(give(pair.near, "fd00::1/64"));
        REQUIRE(give(pair.far, "fd00::2/64"));
        CHECK(pair.near.inside([] {
            CHECK(net::ping({.host = "fd00::2", .count = 2, .interval_ms = 1}).has_value());
            CHECK(net::ping({.host = "fd00::2", .count = 2, .bytes = 5000, .interval_ms = 1}).has_value());
        }));
        CHECK(pair.send(4 << 20, mtu, "fd00::2").has_value());
    }
}

LACUNA_TEST("net.tcp", "streams of every small length") {
    Pair pair("ntc-a", "ntc-b");
    REQUIRE(pair);
    for (const unsigned bytes : {1u, 2u, 1447u, 1448u, 1449u, 1460u, 1461u, 4095u, 4096u, 4097u, 65535u, 65537u}) {
        CHECK(pair.send(bytes, bytes).has_value());
    }
}

LACUNA_TEST("net.tcp", "two pairs with the same addresses and ports at once") {
    Pair first("ntc-a", "ntc-b");
    Pair second("ntc-c", "ntc-d");
    REQUIRE(first);
    REQUIRE(second);
    BackgroundStream one(first.near, 8 << 20);
    BackgroundStream other(second.near, 8 << 20);
    CHECK(one.wait().has_value());
    CHECK(other.wait().has_value());
}

LACUNA_TEST("net.tcp", "connections by the thousand across a wire") {
    Pair pair("ntc-a", "ntc-b");
    REQUIRE(pair);
    unsigned good = 0;
    CHECK(pair.near.inside([&] {
        const ip_addr_t far = IPADDR4_INIT_BYTES(192, 168, 7, 2);
        for (unsigned n = 0; n < 1500; ++n) {
            good += net::Socket::connect(far, net::EchoServer::port, 5000).has_value() ? 1 : 0;
        }
    }));
    CHECK(good == 1500u);
    CHECK(pair.send(1 << 20, 3).has_value());
}

LACUNA_TEST("net.tcp", "a peer that is not there times out, one that does not listen refuses") {
    Pair pair("ntc-a", "ntc-b");
    REQUIRE(pair);
    CHECK(pair.near.inside([] {
        const ip_addr_t nobody = IPADDR4_INIT_BYTES(192, 168, 7, 9);
        CHECK(net::Socket::connect(nobody, 7, 300) == kernel::fail(Error::TimedOut));
        const ip_addr_t far = IPADDR4_INIT_BYTES(192, 168, 7, 2);
        CHECK(net::Socket::connect(far, 9, 5000) == kernel::fail(Error::Refused));
    }));
}

LACUNA_TEST("net.tcp", "a peer that vanishes ends the stream with an error") {
    Pair pair("ntc-a", "ntc-b");
    REQUIRE(pair);
    BackgroundStream endless(pair.near, ~0ull >> 1);
    let_traffic_flow();
    CHECK(pair.far.remove());
    CHECK_FALSE(endless.wait().has_value());
}

LACUNA_TEST("net.tcp", "a receiver at the limit of its memory recovers") { squeeze(&Pair::far); }

LACUNA_TEST("net.tcp", "a sender at the limit of its memory recovers") { squeeze(&Pair::near); }

LACUNA_TEST("net.tcp", "namespaces destroyed with traffic under way lose no frame") {
    enum class First { Near, Far };
    const auto cycle = [](First first) {
        Pair pair("ntc-a", "ntc-b");
        if (!pair) return false;
        BackgroundStream endless(pair.near, ~0ull >> 1);
        static_cast<void>(kernel::sleep_for(kernel::milliseconds(5)));
        const bool removed =
            first == First::Near ? pair.near.remove() && pair.far.remove() : pair.far.remove() && pair.near.remove();
        endless.wait();
        return removed;
    };
    for (int warm_up = 0; warm_up < 3; ++warm_up) REQUIRE(cycle(warm_up == 1 ? First::Near : First::Far));
    const mm::PageCount before = kernel::frame_balance();
    for (int i = 0; i < 30; ++i) REQUIRE(cycle(i % 2 == 0 ? First::Near : First::Far));
    CHECK(kernel::frame_balance().raw() == before.raw());
}

LACUNA_TEST("net.tcp", "whoever brings packets in while it waits, and is killed at that, everybody gets theirs") {
    Pair pair("ntc-a", "ntc-b");
    REQUIRE(pair);
    // The first that waits stands in for the receive thread, and what this one waits for never comes.
    auto wait_for_ever = [] {
        if (auto listener = net::Socket::listen(6000)) static_cast<void>(listener->accept(0));
    };
    kernel::TaskRef idler = pair.near.begin(wait_for_ever);
    REQUIRE(idler);
    std::atomic<int> done = 0;
    auto echo_all = [&done] { echo(done); };
    std::array<kernel::TaskRef, 3> tasks;
    for (kernel::TaskRef& task : tasks) task = pair.near.begin(echo_all);
    for (int wait = 0; wait < 2000 && done < echo_rounds / 2; ++wait) {
        static_cast<void>(kernel::sleep_for(kernel::milliseconds(1)));
    }
    CHECK(done > 0);
    kernel::kill(*idler);
    static_cast<void>(kernel::join(*idler));
    for (kernel::TaskRef& task : tasks) {
        REQUIRE(task);
        static_cast<void>(kernel::join(*task));
    }
    CHECK(done == 3 * echo_rounds);
    // And with nobody waiting the thread is there: a stream in the other direction is received by callbacks.
    CHECK(pair.near.inside([] { CHECK(net::BulkSink::start().has_value()); }));
    CHECK(pair.far.inside([] { CHECK(net::bulk_send({.host = "192.168.7.1", .bytes = 1 << 20}).has_value()); }));
}

LACUNA_TEST("net.tcp", "a task that waits for a packet brings it in itself") {
    if (kernel::smp::online_count() > 1) SKIP("other CPUs switch tasks as well");
    Pair pair("ntc-a", "ntc-b");
    REQUIRE(pair);
    std::atomic<int> done = 0;
    std::uint64_t switches = 0;
    CHECK(pair.near.inside([&] {
        echo(done); // the first packets ask for addresses
        const auto before = kernel::snapshot_events();
        echo(done);
        switches = kernel::snapshot_events().since(before)[kernel::Event::TaskSwitches];
    }));
    CHECK(done == 2 * echo_rounds);
    // There and back; by way of the near end's receive thread it would be one more. The connection takes a few.
    CHECK(switches < 2 * echo_rounds + echo_rounds / 2);
}

LACUNA_TEST("net.tcp", "segments that arrive together are answered by one acknowledgement") {
    if (kernel::smp::online_count() > 1) SKIP("the far end would answer while the near one still sends");
    constexpr std::uint64_t segments = 3;
    Pair pair("ntc-a", "ntc-b", net::max_mtu);
    REQUIRE(pair);
    std::uint64_t fewest = ~std::uint64_t{0};
    CHECK(pair.near.inside([&] {
        auto socket = net::Socket::connect(*net::parse_ip(far_address), net::BulkSink::port, 10'000);
        auto pages = pair.near->domain().alloc_pages(mm::Order::for_bytes(segments * TCP_MSS), mm::Zero::Yes);
        REQUIRE(socket.has_value());
        REQUIRE(pages.has_value());
        const std::span<const std::byte> data(pages->address().get(), segments * TCP_MSS);
        // The connection has to find out first that so much may be under way, and the timer may get in between.
        for (int time = 0; time < 30; ++time) {
            const auto before = kernel::snapshot_events();
            REQUIRE(socket->send(data).has_value());
            static_cast<void>(kernel::sleep_for(kernel::milliseconds(2)));
            fewest = std::min(fewest, kernel::snapshot_events().since(before)[kernel::Event::PacketsSent]);
        }
    }));
    CHECK(fewest == segments + 1);
}
