// SPDX-License-Identifier: MIT
// One lwIP for each namespace, at one address; and none outside.
#include "kernel/ns/frame_balance.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"
#include "net/apps/echo_server.hpp"
#include "net/lwip/instance.hpp"
#include "net/stack/core_lock.hpp"
#include "net/stack/ip_prefix.hpp"
#include "net/stack/stack.hpp"

#include <lwip/netif.h>
#include <lwip/priv/tcp_priv.h>

#include <atomic>

using kernel::ScratchNamespace;

namespace {

netif* volatile touched = nullptr;

} // namespace

LACUNA_TEST("net.stack", "lwIP's variables have one address and another value in each namespace") {
    const ScratchNamespace a("nst-a");
    const ScratchNamespace b("nst-b");
    REQUIRE(a);
    REQUIRE(b);
    u32_t a_before = 0;
    u32_t b_after = 0;
    u32_t a_after = 0;
    // A counter is a global that a test may write without harm.
    CHECK(a.inside([&] {
        const net::CoreLock lock;
        a_before = lwip_stats.udp.drop;
        lwip_stats.udp.drop = a_before + 77;
    }));
    CHECK(b.inside([&] { b_after = lwip_stats.udp.drop; }));
    CHECK(a.inside([&] { a_after = lwip_stats.udp.drop; }));
    CHECK(a_after == a_before + 77);
    CHECK(b_after == a_before);
}

LACUNA_TEST("net.stack", "each namespace finds itself in its instance") {
    const ScratchNamespace a("nst-a");
    const ScratchNamespace b("nst-b");
    REQUIRE(a);
    REQUIRE(b);
    for (const ScratchNamespace* space : {&a, &b}) {
        bool right = false;
        CHECK(space->inside([&] {
            right = net::instance.space == &**space && net::instance.domain == &(*space)->domain() &&
                    &net::Stack::current() == (*space)->stack();
        }));
        CHECK(right);
    }
}

LACUNA_TEST("net.stack", "lwIP's state is in frames that the namespace owns") {
    const ScratchNamespace a("nst-a");
    REQUIRE(a);
    bool pcb_is_exclusive = false;
    CHECK(a.inside([&] {
        const net::CoreLock lock;
        tcp_pcb* pcb = tcp_new();
        if (pcb == nullptr) return;
        pcb_is_exclusive = a->domain().owns(pcb);
        tcp_abort(pcb);
    }));
    CHECK(pcb_is_exclusive);
}

LACUNA_TEST("net.stack", "touching lwIP from outside all namespaces is a fault") {
    auto task = kernel::spawn({.name = "intruder", .function = [](void*) { touched = netif_list; }});
    REQUIRE(task.has_value());
    const auto end = kernel::join(**task);
    REQUIRE(end.has_value());
    CHECK(*end == kernel::ExitReason::Faulted);
}

LACUNA_TEST("net.stack", "a new namespace begins with lwIP's initial state") {
    {
        const ScratchNamespace first("nst-a");
        REQUIRE(first);
        CHECK(first.inside([] { CHECK(net::EchoServer::start().has_value()); }));
    }
    const ScratchNamespace second("nst-a");
    REQUIRE(second);
    bool running = true;
    CHECK(second.inside([&] { running = net::EchoServer::running(); }));
    CHECK_FALSE(running);
}

LACUNA_TEST("net.stack", "creating and destroying namespaces loses no frame") {
    const auto cycle = [] {
        const ScratchNamespace space("nst-cycle");
        return static_cast<bool>(space);
    };
    for (int warm_up = 0; warm_up < 3; ++warm_up) REQUIRE(cycle());
    const mm::PageCount before = kernel::frame_balance();
    for (int i = 0; i < 50; ++i) REQUIRE(cycle());
    CHECK(kernel::frame_balance() == before);
}

LACUNA_TEST("net.stack", "an address with a zone is refused, inside and outside of a namespace") {
    const ScratchNamespace a("nst-a");
    REQUIRE(a);
    CHECK(net::parse_ip("fe80::1%ve0").error() == kernel::Error::InvalidArgument);
    bool refused = false;
    CHECK(a.inside([&] { refused = net::parse_prefix("fe80::1%lo0/64").error() == kernel::Error::InvalidArgument; }));
    CHECK(refused);
}

LACUNA_TEST("net.stack", "who waits for a packet sees his time-out and his end, however many others come") {
    /// Always has one more.
    class Flood final : public net::RxSource {
    public:
        unsigned drain(unsigned budget) override { return budget; }
        void shutdown() override {}
    };
    const ScratchNamespace a("nst-a");
    REQUIRE(a);
    Flood flood;
    std::atomic<kernel::Error> timed_out{kernel::Error::NotFound};
    std::atomic<kernel::Error> killed{kernel::Error::NotFound};
    const std::atomic<std::uint32_t> never{0};
    const auto wait = [&](kernel::Deadline deadline) {
        net::RxThread& rx = net::Stack::current().rx();
        while (!rx.begin_standing_in()) kernel::yield();
        rx.attach(flood); // from here on it is this task that brings it in
        const auto received = rx.receive_until(never, deadline);
        rx.detach(flood);
        rx.end_standing_in();
        return received ? kernel::Error::NotFound : received.error();
    };
    CHECK(a.inside([&] { timed_out = wait(kernel::Deadline::in(kernel::milliseconds(20))); }));
    CHECK(timed_out.load() == kernel::Error::TimedOut);
    auto wait_for_ever = [&] { killed = wait(kernel::Deadline::never()); };
    const kernel::TaskRef task = a.begin(wait_for_ever);
    REQUIRE(task);
    static_cast<void>(kernel::sleep_for(kernel::milliseconds(20)));
    kernel::kill(*task);
    CHECK(kernel::join(*task, kernel::Deadline::in(kernel::seconds(10))).has_value());
    CHECK(killed.load() == kernel::Error::Killed);
}

LACUNA_TEST("net.stack", "at the limit of its memory a namespace gets errors, and recovers") {
    const ScratchNamespace space("nst-poor");
    REQUIRE(space);
    mm::Domain& domain = space->domain();
    domain.set_limit(domain.books().owned + mm::PageCount{4});
    bool refused = false;
    CHECK(space.inside([&] {
        const net::CoreLock lock;
        // Until it is refused, or the pool's own limit would be at fault.
        tcp_pcb* first = nullptr;
        for (unsigned n = 0; n < MEMP_NUM_TCP_PCB && !refused; ++n) {
            tcp_pcb* pcb = tcp_new();
            refused = pcb == nullptr;
            if (refused) break;
            pcb->next = first;
            first = pcb;
        }
        while (first != nullptr) {
            tcp_pcb* next = first->next;
            first->next = nullptr;
            tcp_abort(first);
            first = next;
        }
    }));
    CHECK(refused);
    domain.set_limit(mm::Domain::unlimited);
    CHECK(space.inside([] { CHECK(net::EchoServer::start().has_value()); }));
}
