// SPDX-License-Identifier: MIT
// One lwIP for each namespace, at one address; and none outside.
#include "kernel/ns/frame_balance.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"
#include "net/apps/echo_server.hpp"
#include "net/lwip/instance.hpp"
#include "net/stack/core_lock.hpp"
#include "net/stack/stack.hpp"
#include "net/stack/testing.hpp"

#include <lwip/netif.h>
#include <lwip/priv/tcp_priv.h>

using net::testing::Sandbox;

namespace {

netif* volatile touched = nullptr;

} // namespace

LACUNA_TEST("net.stack", "lwIP's variables have one address and another value in each namespace") {
    const Sandbox a("nst-a");
    const Sandbox b("nst-b");
    REQUIRE(a);
    REQUIRE(b);
    u32_t a_before = 0;
    u32_t b_after = 0;
    u32_t a_after = 0;
    // A counter is a global that a test may write without harm.
    CHECK(a.run([&] {
        const net::CoreLock lock;
        a_before = lwip_stats.udp.drop;
        lwip_stats.udp.drop = a_before + 77;
    }));
    CHECK(b.run([&] { b_after = lwip_stats.udp.drop; }));
    CHECK(a.run([&] { a_after = lwip_stats.udp.drop; }));
    CHECK(a_after == a_before + 77);
    CHECK(b_after == a_before);
}

LACUNA_TEST("net.stack", "each namespace finds itself in its instance") {
    const Sandbox a("nst-a");
    const Sandbox b("nst-b");
    REQUIRE(a);
    REQUIRE(b);
    for (const Sandbox* sandbox : {&a, &b}) {
        bool right = false;
        CHECK(sandbox->run([&] {
            right = net::instance.space == &sandbox->space() && net::instance.domain == &sandbox->space().domain() &&
                    &net::Stack::current() == sandbox->space().stack();
        }));
        CHECK(right);
    }
}

LACUNA_TEST("net.stack", "lwIP's state is in frames that the namespace owns") {
    const Sandbox a("nst-a");
    REQUIRE(a);
    bool pcb_is_exclusive = false;
    CHECK(a.run([&] {
        const net::CoreLock lock;
        tcp_pcb* pcb = tcp_new();
        if (pcb == nullptr) return;
        pcb_is_exclusive = a.space().domain().owns(pcb);
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
        const Sandbox first("nst-a");
        REQUIRE(first);
        CHECK(first.run([] { CHECK(net::EchoServer::start().has_value()); }));
    }
    const Sandbox second("nst-a");
    REQUIRE(second);
    bool running = true;
    CHECK(second.run([&] { running = net::EchoServer::running(); }));
    CHECK_FALSE(running);
}

LACUNA_TEST("net.stack", "creating and destroying namespaces loses no frame") {
    const auto cycle = [] {
        const Sandbox sandbox("nst-cycle");
        return static_cast<bool>(sandbox);
    };
    for (int warm_up = 0; warm_up < 3; ++warm_up) REQUIRE(cycle());
    const mm::PageCount before = kernel::frame_balance();
    for (int i = 0; i < 50; ++i) REQUIRE(cycle());
    CHECK(kernel::frame_balance() == before);
}

LACUNA_TEST("net.stack", "at the limit of its memory a namespace gets errors, and recovers") {
    const Sandbox sandbox("nst-poor");
    REQUIRE(sandbox);
    mm::Domain& domain = sandbox.space().domain();
    domain.set_limit(domain.books().owned + mm::PageCount{4});
    bool refused = false;
    CHECK(sandbox.run([&] {
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
    CHECK(sandbox.run([] { CHECK(net::EchoServer::start().has_value()); }));
}
