// SPDX-License-Identifier: MIT
#include "kernel/sched/sched.hpp"

#include "kernel/ns/frame_balance.hpp"
#include "kernel/sched/process.hpp"
#include "kernel/sync/deadline.hpp"
#include "kernel/test/test.hpp"

#include <arch/cpu.hpp>

#include <array>
#include <atomic>

using namespace kernel;

namespace {

Result<TaskRef> start(TaskFunction function, void* argument = nullptr) {
    return spawn({.name = "test", .function = function, .argument = argument});
}

struct Spinner {
    std::atomic<uint64_t> rounds{0};
    std::atomic<bool>* stop = nullptr;
};

void spin(void* argument) {
    auto& self = *static_cast<Spinner*>(argument);
    while (!self.stop->load(std::memory_order_relaxed)) {
        self.rounds.fetch_add(1, std::memory_order_relaxed);
        arch::pause();
    }
}

void sleep_for_ever(void*) {
    while (sleep_for(seconds(3600))) {
    }
}

void touch_nothing(void*) {
    // Below the kernel's half, where no page table maps anything.
    *reinterpret_cast<volatile uint64_t*>(uintptr_t{0x1000}) = 1;
}

void nothing(void*) {}

} // namespace

LACUNA_TEST("sched.preempt", "two tasks that never give up the CPU both get on") {
    std::atomic<bool> stop{false};
    std::array<Spinner, 2> spinners;
    for (Spinner& spinner : spinners) spinner.stop = &stop;
    auto a = start(spin, &spinners[0]);
    auto b = start(spin, &spinners[1]);
    REQUIRE(a.has_value());
    REQUIRE(b.has_value());
    CHECK(sleep_for(milliseconds(60)).has_value());
    stop = true;
    CHECK(join(**a).has_value());
    CHECK(join(**b).has_value());
    CHECK(spinners[0].rounds > 0);
    CHECK(spinners[1].rounds > 0);
}

LACUNA_TEST("sched.preempt", "a task that holds a spin lock is not preempted") {
    std::atomic<bool> stop{false};
    Spinner other;
    other.stop = &stop;
    auto task = spawn({.name = "spinner", .function = spin, .argument = &other, .cpu = 0});
    REQUIRE(task.has_value());
    auto holder = spawn({.name = "holder",
                         .function =
                             [](void* argument) {
                                 auto& spinner = *static_cast<Spinner*>(argument);
                                 CHECK(sleep_for(milliseconds(5)).has_value()); // it runs now
                                 SpinLocked<int, Rank::ThreadTest> lock;
                                 lock.with([&](int&) {
                                     const uint64_t before = spinner.rounds;
                                     const Deadline end = Deadline::in(milliseconds(20)); // several time slices
                                     while (!end.passed()) arch::pause();
                                     CHECK(spinner.rounds == before);
                                 });
                             },
                         .argument = &other,
                         .cpu = 0});
    REQUIRE(holder.has_value());
    CHECK(join(**holder).has_value());
    stop = true;
    CHECK(join(**task).has_value());
}

LACUNA_TEST("sched.sleep", "never ends early, and soon after") {
    for (const uint64_t ms : {1u, 5u, 20u}) {
        const Instant begin = Instant::now();
        CHECK(sleep_for(milliseconds(ms)).has_value());
        const Duration slept = Instant::now().since(begin);
        CHECK(slept >= milliseconds(ms));
        // Generous: the machine below may be busy with other things.
        CHECK(slept <= milliseconds(ms + 250));
    }
}

LACUNA_TEST("sched.sleep", "sleepers wake in the order of their deadlines") {
    struct Sleeper {
        uint64_t ms;
        std::atomic<int>* clock;
        int place = -1;
    };
    std::atomic<int> clock{0};
    std::array<Sleeper, 3> sleepers{Sleeper{90, &clock}, Sleeper{10, &clock}, Sleeper{50, &clock}};
    std::array<TaskRef, 3> tasks;
    for (size_t i = 0; i < sleepers.size(); ++i) {
        auto task = start(
            [](void* argument) {
                auto& self = *static_cast<Sleeper*>(argument);
                static_cast<void>(sleep_for(milliseconds(self.ms)));
                self.place = self.clock->fetch_add(1);
            },
            &sleepers[i]);
        REQUIRE(task.has_value());
        tasks[i] = std::move(*task);
    }
    for (TaskRef& task : tasks) CHECK(join(*task).has_value());
    CHECK(sleepers[1].place == 0);
    CHECK(sleepers[2].place == 1);
    CHECK(sleepers[0].place == 2);
}

LACUNA_TEST("sched.join", "says how a task ended") {
    auto task = start(nothing);
    REQUIRE(task.has_value());
    const auto reason = join(**task);
    REQUIRE(reason.has_value());
    CHECK(*reason == ExitReason::Returned);
    CHECK(join(**task).has_value()); // again, at once
}

LACUNA_TEST("sched.join", "gives up at its deadline") {
    auto task = start(sleep_for_ever);
    REQUIRE(task.has_value());
    const auto reason = join(**task, Deadline::in(milliseconds(5)));
    REQUIRE_FALSE(reason.has_value());
    CHECK(reason.error() == Error::TimedOut);
    kill(**task);
    CHECK(join(**task).has_value());
}

LACUNA_TEST("sched.kill", "ends a sleep with Killed, and so the task") {
    auto task = start(sleep_for_ever);
    REQUIRE(task.has_value());
    CHECK(sleep_for(milliseconds(3)).has_value());
    kill(**task);
    const auto reason = join(**task, Deadline::in(seconds(5)));
    REQUIRE(reason.has_value());
    CHECK(*reason == ExitReason::Killed);
    kill(**task); // a dead task: no effect
}

LACUNA_TEST("sched.kill", "waits for the end of a KillShield") {
    std::atomic<bool> cleaned_up{false};
    auto task = start(
        [](void* argument) {
            {
                KillShield shield;
                if (!sleep_for(milliseconds(20))) return;
                static_cast<std::atomic<bool>*>(argument)->store(true);
            }
            sleep_for_ever(nullptr);
        },
        &cleaned_up);
    REQUIRE(task.has_value());
    CHECK(sleep_for(milliseconds(3)).has_value());
    kill(**task);
    const auto reason = join(**task, Deadline::in(seconds(5)));
    REQUIRE(reason.has_value());
    CHECK(*reason == ExitReason::Killed);
    CHECK(cleaned_up);
}

LACUNA_TEST("sched.kill", "ends a task that never waits, after a while") {
    std::atomic<bool> never{false};
    Spinner spinner;
    spinner.stop = &never;
    auto task = start(spin, &spinner);
    REQUIRE(task.has_value());
    CHECK(sleep_for(milliseconds(10)).has_value());
    kill(**task);
    const auto reason = join(**task, Deadline::in(seconds(20)));
    never = true;
    REQUIRE(reason.has_value());
    CHECK(*reason == ExitReason::Killed);
}

LACUNA_TEST("sched.fault", "a task that touches nothing dies, the rest runs on") {
    auto task = start(touch_nothing);
    REQUIRE(task.has_value());
    const auto reason = join(**task, Deadline::in(seconds(5)));
    REQUIRE(reason.has_value());
    CHECK(*reason == ExitReason::Faulted);
    auto next = start(nothing);
    REQUIRE(next.has_value());
    CHECK(join(**next).has_value());
}

LACUNA_TEST("sched.fault", "a mutex held by a task that faults is released, poisoned") {
    Mutex mutex("test");
    auto task = start(
        [](void* argument) {
            MutexGuard guard(*static_cast<Mutex*>(argument));
            touch_nothing(nullptr);
        },
        &mutex);
    REQUIRE(task.has_value());
    CHECK(join(**task, Deadline::in(seconds(5))).has_value());
    CHECK(mutex.poisoned());
    const auto take_and_give = [&]() LACUNA_NO_TSA { // the analysis does not know lock_until()
        const bool taken = mutex.lock_until(Deadline::in(seconds(5))).has_value();
        if (taken) mutex.unlock();
        return taken;
    };
    CHECK(take_and_give());
}

LACUNA_TEST("sched.life", "a thousand tasks leave no frame behind") {
    // The first round fills caches that stay.
    const auto round = [](unsigned tasks) {
        for (unsigned i = 0; i < tasks; ++i) {
            auto task = start(nothing);
            REQUIRE(task.has_value());
            CHECK(join(**task).has_value());
        }
        CHECK(sleep_for(milliseconds(5)).has_value()); // the reaper's turn
    };
    round(20);
    const mm::PageCount before = frame_balance();
    round(1000);
    CHECK(frame_balance() == before);
}

LACUNA_TEST("sched.process", "threads belong to the process that spawned them") {
    std::atomic<bool> together{false};
    auto task = spawn_process(nullptr, {.name = "leader",
                                        .function =
                                            [](void* argument) {
                                                auto thread = start(sleep_for_ever);
                                                if (!thread) return;
                                                const Process& process = current().process();
                                                *static_cast<std::atomic<bool>*>(argument) =
                                                    &(*thread)->process() == &process && process.thread_count() == 2;
                                                kill(**thread);
                                                static_cast<void>(join(**thread));
                                            },
                                        .argument = &together});
    REQUIRE(task.has_value());
    CHECK(&(*task)->process() != &current().process());
    CHECK(join(**task).has_value());
    CHECK(together);
}
