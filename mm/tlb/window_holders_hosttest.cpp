// SPDX-License-Identifier: MIT
// Host only: two threads at native speed, which finds ordering mistakes that one CPU cannot.
#include "mm/tlb/window_holders.hpp"

#include <arch/clock.hpp>
#include <arch/cpu.hpp>
#include <barrier>
#include <thread>

#include "kernel/test/test.hpp"

namespace {

LACUNA_TEST("mm.tlb", "a stale window is closed once everybody has left, whoever leaves last") {
    constexpr int rounds = 30'000;
    mm::WindowHolders holders;
    std::barrier together(2);
    int left_open = 0;
    const auto clear_and_leave = [&holders](unsigned cpu, int entries) {
        for (int i = 0; i < entries; ++i) static_cast<void>(holders.advance_unflushed(arch::cycles()));
        holders.leave(cpu);
    };
    const auto run = [&](unsigned cpu) {
        arch::host::set_cpu(cpu);
        for (int round = 0; round < rounds; ++round) {
            holders.enter(cpu);
            holders.start_at(cpu, holders.generation());
            together.arrive_and_wait();
            clear_and_leave(cpu, (round + static_cast<int>(cpu)) % 3);
            together.arrive_and_wait();
            if (cpu == 0 && holders.stale_window_open()) ++left_open;
            together.arrive_and_wait();
        }
    };
    std::thread other(run, 1);
    std::thread here(run, 0);
    other.join();
    here.join();
    CHECK(left_open == 0);
}

} // namespace
