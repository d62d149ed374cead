// SPDX-License-Identifier: MIT
#include <arch/cpu.hpp>
#include <array>
#include <thread>
#include <vector>

#include "kernel/stats/event_account.hpp"
#include "kernel/test/test.hpp"

using kernel::Event;
using kernel::EventAccount;

LACUNA_TEST("stats.account", "CPUs that count for two accounts at once lose nothing") {
    constexpr unsigned cpus = 4;
    constexpr std::uint64_t rounds = 20'000;
    alignas(64) static std::array<std::byte, EventAccount::bytes_for(cpus)> red_storage, blue_storage;
    EventAccount red, blue;
    red.open(red_storage);
    blue.open(blue_storage);
    std::vector<std::thread> threads;
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        threads.emplace_back([&red, &blue, cpu] {
            arch::host::set_cpu(cpu);
            for (std::uint64_t i = 0; i < rounds; ++i) {
                arch::select_counter_set((i % 2 == 0 ? red : blue).counter_set());
                kernel::count(Event::Heals);
                kernel::count(Event::BytesCopied, cpu);
            }
            arch::select_counter_set(0); // the CPU goes on without the accounts
        });
    }
    for (unsigned i = 0; i < 50; ++i) static_cast<void>(kernel::snapshot_events());
    for (auto& thread : threads) thread.join();
    for (const EventAccount* account : {&red, &blue}) {
        CHECK(account->snapshot()[Event::Heals] == cpus * rounds / 2);
        for (unsigned cpu = 0; cpu < cpus; ++cpu) {
            CHECK(account->snapshot(cpu)[Event::BytesCopied] == cpu * rounds / 2);
        }
    }
}
