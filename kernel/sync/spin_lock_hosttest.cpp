// SPDX-License-Identifier: MIT
#include "kernel/sync/spin_locked.hpp"
#include "kernel/test/test.hpp"

#include <thread>
#include <vector>

using kernel::Rank;

LACUNA_TEST("sync.spin_lock", "several CPUs count without losing one") {
    constexpr unsigned cpus = 4;
    constexpr unsigned rounds = 5'000;
    kernel::SpinLocked<unsigned, Rank::ThreadTest> counter;
    std::vector<std::thread> threads;
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        threads.emplace_back([&, cpu] {
            arch::host::set_cpu(cpu);
            for (unsigned i = 0; i < rounds; ++i) ++*counter.lock();
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(counter.unlocked() == cpus * rounds);
}

LACUNA_TEST("sync.spin_lock", "whoever has drawn a ticket is not overtaken for ever") {
    kernel::SpinLock lock;
    std::atomic<bool> stop{false};
    std::atomic<unsigned> turns{0};
    std::vector<std::thread> threads;
    // Each takes the lock again as soon as it has let go of it.
    for (unsigned cpu = 0; cpu < 2; ++cpu) {
        threads.emplace_back([&, cpu]() LACUNA_NO_TSA {
            arch::host::set_cpu(cpu);
            while (!stop) {
                lock.lock();
                lock.unlock();
            }
        });
    }
    threads.emplace_back([&]() LACUNA_NO_TSA {
        arch::host::set_cpu(2);
        for (; turns < 100; ++turns) {
            lock.lock();
            lock.unlock();
        }
        stop = true;
    });
    for (std::thread& thread : threads) thread.join();
    CHECK(turns == 100);
}

LACUNA_TEST("sync.spin_lock", "try_lock takes a free lock only") {
    kernel::SpinLock lock;
    const auto take_and_give = [&lock]() LACUNA_NO_TSA { // the analysis cannot see who holds what here
        const bool taken = lock.try_lock();
        if (taken) lock.unlock();
        return taken;
    };
    CHECK(take_and_give());
    lock.lock();
    CHECK(lock.is_locked());
    bool taken = true;
    std::thread([&] { taken = take_and_give(); }).join();
    CHECK_FALSE(taken);
    lock.unlock();
    CHECK_FALSE(lock.is_locked());
}
