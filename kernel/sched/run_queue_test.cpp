// SPDX-License-Identifier: MIT
#include "kernel/sched/run_queue.hpp"
#include "kernel/test/test.hpp"

LACUNA_TEST("sched.run_queue", "first come, first served") {
    kernel::RunQueue queue;
    kernel::Runnable a;
    kernel::Runnable b;
    CHECK(queue.empty());
    CHECK(queue.pop() == nullptr);
    queue.push(a);
    queue.push(b);
    CHECK(queue.size() == 2);
    CHECK(queue.pop() == &a);
    queue.push(a);
    CHECK(queue.pop() == &b);
    CHECK(queue.pop() == &a);
    CHECK(queue.empty());
}

LACUNA_TEST("sched.run_queue", "round robin gives everyone the same number of turns") {
    kernel::RunQueue queue;
    kernel::Runnable tasks[5];
    unsigned turns[5] = {};
    for (kernel::Runnable& task : tasks) queue.push(task);
    for (int i = 0; i < 100; ++i) {
        kernel::Runnable* next = queue.pop();
        ++turns[next - tasks];
        queue.push(*next);
    }
    for (unsigned n : turns) CHECK(n == 20);
    while (queue.pop() != nullptr) {
    }
}
