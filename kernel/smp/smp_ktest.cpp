// SPDX-License-Identifier: MIT
#include "kernel/main/system.hpp"
#include "kernel/ns/frame_balance.hpp"
#include "kernel/sched/on_each_cpu.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/smp/cpus.hpp"
#include "kernel/smp/standstill.hpp"
#include "kernel/sync/semaphore.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"

#include <arch/cpu.hpp>

#include <array>
#include <atomic>
#include <vector>

using namespace kernel;

namespace {

constinit std::atomic<uint32_t> visited{0};

/// A task that is always ready, and the CPUs that it was seen on.
struct Busy {
    std::atomic<bool>* stop = nullptr;
    std::atomic<uint64_t> rounds{0};
    std::atomic<uint32_t> cpus{0};
};

void be_busy(void* argument) {
    auto& self = *static_cast<Busy*>(argument);
    while (!self.stop->load(std::memory_order_relaxed)) {
        self.cpus.fetch_or(1u << arch::cpu_id(), std::memory_order_relaxed);
        self.rounds.fetch_add(1, std::memory_order_relaxed);
        arch::pause();
    }
}

/// Two tasks that wake each other, each wake-up as soon as the other may still be on its way to sleep.
struct Rally {
    Semaphore ping{0};
    Semaphore pong{0};
    unsigned rounds = 0;
    std::atomic<unsigned> returned{0};
};

void serve(void* argument) {
    auto& rally = *static_cast<Rally*>(argument);
    for (unsigned i = 0; i < rally.rounds; ++i) {
        rally.ping.release();
        if (rally.pong.acquire()) ++rally.returned;
    }
}

void return_serve(void* argument) {
    auto& rally = *static_cast<Rally*>(argument);
    for (unsigned i = 0; i < rally.rounds; ++i) {
        if (rally.ping.acquire()) rally.pong.release();
    }
}

/// A place where allocating tasks leave blocks for each other, so that what one CPU takes another frees.
struct Exchange {
    std::array<std::atomic<void*>, 64> slots{};
    std::atomic<unsigned> failures{0};
};

void trade(void* argument) {
    auto& exchange = *static_cast<Exchange*>(argument);
    uint64_t random = 88'172'645'463'325'252 + current().id();
    for (unsigned i = 0; i < 20'000; ++i) {
        random = random * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
        const auto size = size_t{16} << (random >> 33) % 10; // 16 bytes to two pages
        const auto block = memory().kmalloc(size);
        if (!block) {
            ++exchange.failures;
            continue;
        }
        static_cast<std::byte*>(*block)[0] = std::byte{0x5a};
        void* const other = exchange.slots[(random >> 50) % exchange.slots.size()].exchange(*block);
        if (other != nullptr && static_cast<std::byte*>(other)[0] != std::byte{0x5a}) ++exchange.failures;
        memory().kfree(other);
    }
}

void trade_on_all_cpus(unsigned& failures) {
    Exchange exchange;
    std::vector<TaskRef> tasks;
    for (unsigned cpu = 0; cpu < smp::online_count(); ++cpu) {
        auto task = spawn({.name = "trade", .function = &trade, .argument = &exchange, .cpu = cpu});
        if (task) tasks.push_back(std::move(*task));
    }
    for (TaskRef& task : tasks) static_cast<void>(join(*task));
    for (auto& slot : exchange.slots) memory().kfree(slot.load());
    failures = exchange.failures.load();
}

} // namespace

LACUNA_TEST("smp.sched", "as many busy tasks as CPUs each get one") {
    const unsigned cpus = smp::online_count();
    if (cpus < 2) SKIP("needs two CPUs");
    if (options().scheduling == SchedulingPolicy::Namespace)
        SKIP("sched=namespace moves a task only when two others wait");
    std::atomic<bool> stop{false};
    std::array<Busy, arch::max_cpus> busy;
    std::array<TaskRef, arch::max_cpus> tasks;
    for (unsigned i = 0; i < cpus; ++i) {
        busy[i].stop = &stop;
        auto task = spawn({.name = "busy", .function = &be_busy, .argument = &busy[i]});
        REQUIRE(task.has_value());
        tasks[i] = std::move(*task);
    }
    // Until the balance is found, and an emulator with fewer cores has let every CPU run; the watchdog ends a
    // test in which that never is.
    for (;;) {
        CHECK(sleep_for(milliseconds(20)).has_value());
        uint32_t now = 0;
        for (unsigned i = 0; i < cpus; ++i) now |= busy[i].rounds > 0 ? 1u << tasks[i]->cpu() : 0;
        if (now == smp::online().raw()) break;
    }
    stop = true;
    for (unsigned i = 0; i < cpus; ++i) {
        CHECK(join(*tasks[i]).has_value());
        CHECK(busy[i].rounds > 0);
    }
}

LACUNA_TEST("smp.sched", "a bound task stays where it is") {
    std::atomic<bool> stop{false};
    std::array<Busy, 3> busy;
    std::array<TaskRef, 3> tasks;
    const unsigned cpu = smp::online_count() - 1;
    for (unsigned i = 0; i < busy.size(); ++i) {
        busy[i].stop = &stop;
        auto task = spawn({.name = "bound", .function = &be_busy, .argument = &busy[i], .cpu = cpu});
        REQUIRE(task.has_value());
        tasks[i] = std::move(*task);
    }
    for (Busy& one : busy)
        while (one.rounds == 0) CHECK(sleep_for(milliseconds(5)).has_value());
    CHECK(sleep_for(milliseconds(50)).has_value());
    stop = true;
    for (unsigned i = 0; i < busy.size(); ++i) {
        CHECK(join(*tasks[i]).has_value());
        CHECK(busy[i].cpus == 1u << cpu);
    }
}

LACUNA_TEST("smp.sched", "no wake-up is lost between tasks on two CPUs, or on any") {
    const bool bound_and_not[] = {true, false};
    for (const bool bound : bound_and_not) {
        Rally rally;
        rally.rounds = 2'000;
        SpawnArgs one{.name = "serve", .function = &serve, .argument = &rally};
        SpawnArgs two{.name = "return", .function = &return_serve, .argument = &rally};
        if (bound) {
            one.cpu = 0;
            two.cpu = smp::online_count() - 1;
        }
        auto first = spawn(one);
        auto second = spawn(two);
        REQUIRE(first.has_value());
        REQUIRE(second.has_value());
        CHECK(join(**first).has_value());
        CHECK(join(**second).has_value());
        CHECK(rally.returned == rally.rounds);
    }
}

LACUNA_TEST("smp.memory", "what all CPUs allocate and free for each other is all there at the end") {
    unsigned failures = 0;
    trade_on_all_cpus(failures); // the first round fills caches that stay
    const mm::PageCount before = frame_balance();
    trade_on_all_cpus(failures);
    CHECK(failures == 0);
    CHECK(frame_balance() >= before); // what a cache kept in reserve may have gone back
}

LACUNA_TEST("smp.sched", "a chore is run once by every CPU") {
    visited = 0;
    on_each_cpu([](void*) { visited.fetch_xor(1u << arch::cpu_id()); });
    CHECK(visited == smp::online().raw());
}

LACUNA_TEST("smp.sched", "who runs a chore is told that it cannot wait for one") {
    static std::atomic<unsigned> refused;
    refused = 0;
    on_each_cpu([](void*) {
        if (!try_on_each_cpu([](void*) {}, nullptr)) ++refused;
    });
    CHECK(refused == smp::online_count());
}

LACUNA_TEST("smp.standstill", "nobody moves while everybody has to stand still") {
    std::atomic<bool> stop{false};
    std::array<Busy, arch::max_cpus> busy;
    std::array<TaskRef, arch::max_cpus> tasks;
    const unsigned cpus = smp::online_count();
    for (unsigned i = 0; i < cpus; ++i) {
        busy[i].stop = &stop;
        auto task = spawn({.name = "busy", .function = &be_busy, .argument = &busy[i], .cpu = i});
        REQUIRE(task.has_value());
        tasks[i] = std::move(*task);
    }
    for (unsigned round = 0; round < 20; ++round) {
        CHECK(sleep_for(milliseconds(2)).has_value());
        unsigned moved = 0;
        {
            const smp::Standstill still;
            std::array<uint64_t, arch::max_cpus> before{};
            for (unsigned i = 0; i < cpus; ++i) before[i] = busy[i].rounds;
            for (unsigned spin = 0; spin < 20'000; ++spin) arch::pause();
            for (unsigned i = 0; i < cpus; ++i) moved += before[i] != busy[i].rounds ? 1 : 0;
        }
        CHECK(moved == 0);
    }
    stop = true;
    for (unsigned i = 0; i < cpus; ++i) CHECK(join(*tasks[i]).has_value());
}
