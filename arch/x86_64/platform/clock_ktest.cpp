// SPDX-License-Identifier: MIT
#include "arch/x86_64/platform/clock_setup.hpp"
#include "arch/x86_64/platform/reference_counter.hpp"
#include "kernel/test/test.hpp"

#include <arch/clock.hpp>
#include <arch/cpu.hpp>
#include <arch/irq.hpp>

LACUNA_TEST("arch.clock", "time does not go backwards") {
    std::uint64_t last = arch::now_ns();
    bool rose = false;
    for (unsigned i = 0; i < 10'000; ++i) {
        const std::uint64_t now = arch::now_ns();
        REQUIRE(now >= last);
        rose = rose || now > last;
        last = now;
    }
    CHECK(rose);
}

LACUNA_TEST("arch.clock", "the clock keeps pace with the reference it was measured against") {
    constexpr std::uint64_t span_ns = 5'000'000;
    const arch::IrqGuard guard;
    const arch::ReferenceCounter counter;
    const std::uint32_t begin = counter.read();
    const std::uint64_t begin_ns = arch::now_ns();
    arch::busy_wait_ns(span_ns);
    const std::uint64_t elapsed_ns = arch::now_ns() - begin_ns;
    const std::uint64_t reference_ns = counter.elapsed(begin, counter.read()) * 1'000'000'000 / counter.frequency();
    CHECK(elapsed_ns >= span_ns);
    // The machine below may take the CPU away between the two readings, which only lengthens the
    // second.
    CHECK(reference_ns * 100 >= elapsed_ns * 98);
    CHECK(reference_ns <= elapsed_ns + 10'000'000);
}

LACUNA_TEST("arch.clock", "the rates are those of a real machine") {
    CHECK(arch::cycles_per_second() > 1'000'000);
    CHECK(arch::cycles_per_second() < 10'000'000'000);
    CHECK(arch::local_timer_frequency() > 100'000);
    CHECK(arch::local_timer_frequency() < 10'000'000'000);
}
