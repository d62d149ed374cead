// SPDX-License-Identifier: MIT
#include "kernel/sched/reaches.hpp"
#include "kernel/sync/completion.hpp"
#include "kernel/sync/condition.hpp"
#include "kernel/sync/mutex.hpp"
#include "kernel/sync/semaphore.hpp"
#include "kernel/sync/wait_queue.hpp"
#include "kernel/test/test.hpp"

#include <algorithm>
#include <array>
#include <atomic>

using namespace kernel;

namespace {

Result<TaskRef> start(TaskFunction function, void* argument) {
    return spawn({.name = "test", .function = function, .argument = argument});
}

// Tests leave by REQUIRE and ask mutexes in ways that the thread-safety analysis cannot follow.
void take(Mutex& mutex) LACUNA_NO_TSA { mutex.lock(); }
void give(Mutex& mutex) LACUNA_NO_TSA { mutex.unlock(); }
bool take_now(Mutex& mutex) LACUNA_NO_TSA { return mutex.try_lock(); }

} // namespace

LACUNA_TEST("sync.mutex", "lets one in at a time, whoever sleeps or yields inside") {
    struct Shared {
        Mutex mutex;
        int inside = 0;
        int worst = 0;
        int entries = 0;
    } shared;
    std::array<TaskRef, 4> tasks;
    for (TaskRef& ref : tasks) {
        auto task = start(
            [](void* argument) {
                auto& s = *static_cast<Shared*>(argument);
                for (int i = 0; i < 20; ++i) {
                    MutexGuard guard(s.mutex);
                    s.worst = std::max(s.worst, ++s.inside);
                    i % 5 == 0 ? static_cast<void>(sleep_for(milliseconds(1))) : yield();
                    --s.inside;
                    ++s.entries;
                }
            },
            &shared);
        REQUIRE(task.has_value());
        ref = std::move(*task);
    }
    for (TaskRef& task : tasks) CHECK(join(*task).has_value());
    CHECK(shared.worst == 1);
    CHECK(shared.entries == 80);
}

LACUNA_TEST("sync.mutex", "a wait with a deadline gives up, and the owner goes on") {
    Mutex mutex;
    take(mutex);
    CHECK(mutex.held_by_current());
    auto task = start(
        [](void* argument) {
            auto& m = *static_cast<Mutex*>(argument);
            const auto taken = m.lock_until(Deadline::in(milliseconds(5)));
            exit(!taken && taken.error() == Error::TimedOut && !m.held_by_current() ? ExitReason::Returned
                                                                                    : ExitReason::Faulted);
        },
        &mutex);
    REQUIRE(task.has_value());
    const auto reason = join(**task);
    CHECK(reason.has_value());
    CHECK(*reason == ExitReason::Returned);
    give(mutex);
    CHECK(take_now(mutex));
    give(mutex);
}

LACUNA_TEST("sync.mutex", "a kill ends a killable wait only") {
    Mutex mutex;
    take(mutex);
    auto killable =
        start([](void* argument) { static_cast<void>(static_cast<Mutex*>(argument)->lock_until(Deadline::never())); },
              &mutex);
    auto stubborn = start([](void* argument) { MutexGuard guard(*static_cast<Mutex*>(argument)); }, &mutex);
    REQUIRE(killable.has_value());
    REQUIRE(stubborn.has_value());
    CHECK(sleep_for(milliseconds(3)).has_value());
    kill(**killable);
    kill(**stubborn);
    CHECK(join(**killable, Deadline::in(seconds(5))).has_value());
    CHECK_FALSE(join(**stubborn, Deadline::in(milliseconds(10))).has_value());
    give(mutex);
    CHECK(join(**stubborn, Deadline::in(seconds(5))).has_value());
    CHECK_FALSE(mutex.poisoned());
}

LACUNA_TEST("sync.mutex", "is given back in any order, and poisoned if its owner still holds it in the end") {
    std::array<Mutex, 4> mutexes;
    auto task = start(
        [](void* argument) {
            auto& held = *static_cast<std::array<Mutex, 4>*>(argument);
            for (Mutex& mutex : held) take(mutex);
            give(held[1]); // from among the others,
            give(held[3]); // the last taken,
            give(held[0]); // the first
        },
        &mutexes);
    REQUIRE(task.has_value());
    REQUIRE(join(**task, Deadline::in(seconds(5))).has_value());
    for (std::size_t i = 0; i < mutexes.size(); ++i) {
        CHECK(mutexes[i].poisoned() == (i == 2));
        CHECK(take_now(mutexes[i]));
        give(mutexes[i]);
    }
}

LACUNA_TEST("sync.semaphore", "hands a permit to the one who waits") {
    Semaphore semaphore(1);
    CHECK(semaphore.try_acquire().has_value());
    CHECK(semaphore.try_acquire().error() == Error::WouldBlock);
    auto task =
        start([](void* argument) { static_cast<void>(static_cast<Semaphore*>(argument)->acquire()); }, &semaphore);
    REQUIRE(task.has_value());
    REQUIRE(reaches(**task, TaskState::Blocked));
    semaphore.release();
    CHECK(semaphore.available() == 0); // promised already
    CHECK(join(**task, Deadline::in(seconds(5))).has_value());
}

LACUNA_TEST("sync.semaphore", "times out, and is as it was") {
    Semaphore semaphore;
    const Instant begin = Instant::now();
    const auto result = semaphore.acquire(Deadline::in(milliseconds(5)));
    CHECK(result.error() == Error::TimedOut);
    CHECK(Instant::now().since(begin) >= milliseconds(5));
    semaphore.release();
    CHECK(semaphore.available() == 1);
    CHECK(semaphore.acquire(Deadline::in(milliseconds(5))).has_value());
}

LACUNA_TEST("sync.semaphore", "ping-pong of a thousand rounds loses nothing") {
    struct Table {
        Semaphore ping;
        Semaphore pong;
    } table;
    auto task = start(
        [](void* argument) {
            auto& t = *static_cast<Table*>(argument);
            for (int i = 0; i < 1000; ++i) {
                if (!t.ping.acquire()) return;
                t.pong.release();
            }
        },
        &table);
    REQUIRE(task.has_value());
    int rounds = 0;
    for (; rounds < 1000; ++rounds) {
        table.ping.release();
        if (!table.pong.acquire(Deadline::in(seconds(5)))) break;
    }
    CHECK(rounds == 1000);
    CHECK(join(**task, Deadline::in(seconds(5))).has_value());
}

LACUNA_TEST("sync.wait_queue", "a condition made true before a wake-up is seen") {
    struct Bell {
        WaitQueue queue;
        std::atomic<int> rung{0};
        std::atomic<int> heard{0};
    } bell;
    std::array<TaskRef, 3> tasks;
    for (TaskRef& ref : tasks) {
        auto task = start(
            [](void* argument) {
                auto& b = *static_cast<Bell*>(argument);
                if (b.queue.wait([&] { return b.rung == 1; })) ++b.heard;
            },
            &bell);
        REQUIRE(task.has_value());
        ref = std::move(*task);
    }
    CHECK(sleep_for(milliseconds(3)).has_value());
    bell.queue.wake_all(); // nothing has happened: they look and sleep on
    CHECK(sleep_for(milliseconds(3)).has_value());
    CHECK(bell.heard == 0);
    bell.rung = 1;
    bell.queue.wake_all();
    for (TaskRef& task : tasks) CHECK(join(*task, Deadline::in(seconds(5))).has_value());
    CHECK(bell.heard == 3);
    CHECK(bell.queue.wait([] { return false; }, Deadline::in(milliseconds(3))).error() == Error::TimedOut);
}

LACUNA_TEST("sync.condition", "a bounded buffer passes everything in order") {
    struct Buffer {
        Mutex mutex;
        Condition changed;
        std::array<int, 4> slots{};
        size_t used = 0;
    } buffer;
    auto producer = start(
        [](void* argument) {
            auto& b = *static_cast<Buffer*>(argument);
            for (int i = 0; i < 100; ++i) {
                MutexGuard guard(b.mutex);
                while (b.used == b.slots.size()) static_cast<void>(b.changed.wait(b.mutex));
                b.slots[b.used++] = i;
                b.changed.notify_all();
            }
        },
        &buffer);
    REQUIRE(producer.has_value());
    int expected = 0;
    while (expected < 100) {
        MutexGuard guard(buffer.mutex);
        while (buffer.used == 0) static_cast<void>(buffer.changed.wait(buffer.mutex));
        bool in_order = true;
        for (size_t i = 0; i < buffer.used; ++i) in_order = in_order && buffer.slots[i] == expected++;
        CHECK(in_order);
        buffer.used = 0;
        buffer.changed.notify_all();
    }
    CHECK(join(**producer, Deadline::in(seconds(5))).has_value());
}

LACUNA_TEST("sync.completion", "stays completed") {
    Completion completion;
    CHECK(completion.wait(Deadline::in(milliseconds(2))).error() == Error::TimedOut);
    completion.complete();
    CHECK(completion.wait().has_value());
    CHECK(completion.done());
}
