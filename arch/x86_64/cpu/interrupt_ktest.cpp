// SPDX-License-Identifier: MIT
#include "arch/x86_64/platform/local_apic.hpp"
#include "kernel/test/test.hpp"

#include <arch/clock.hpp>
#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <arch/irq.hpp>

#include <atomic>

namespace {

struct Arrival {
    std::atomic<unsigned> count{0};
    std::atomic<bool> in_interrupt{false};
    std::atomic<bool> interrupts_on{true};
};

void note(void* context) {
    auto& arrival = *static_cast<Arrival*>(context);
    arrival.in_interrupt = arch::in_interrupt();
    arrival.interrupts_on = arch::interrupts_enabled();
    ++arrival.count;
}

void wait_until_counted(const Arrival& arrival, unsigned count) {
    constexpr std::uint64_t patience_ns = 100'000'000;
    const std::uint64_t end = arch::now_ns() + patience_ns;
    while (arrival.count < count && arch::now_ns() < end) arch::pause();
}

} // namespace

LACUNA_TEST("arch.interrupts", "a vector brings its handler and its context") {
    if (!arch::interrupts_enabled()) SKIP("the scheduler has not switched interrupts on");
    Arrival arrival;
    const auto vector = arch::allocate_vector(note, &arrival);
    REQUIRE(vector.has_value());
    for (unsigned i = 1; i <= 3; ++i) {
        arch::send_interrupt(arch::local_apic_id(), vector->raw);
        wait_until_counted(arrival, i);
    }
    CHECK(arrival.count == 3);
    CHECK(arrival.in_interrupt);
    CHECK_FALSE(arrival.interrupts_on);
    CHECK_FALSE(arch::in_interrupt());
    arch::free_vector(*vector);
}

LACUNA_TEST("arch.interrupts", "vectors run out with an error and can be used again") {
    Arrival arrival;
    arch::Vector taken[256]{};
    std::size_t count = 0;
    for (;;) {
        const auto vector = arch::allocate_vector(note, &arrival);
        if (!vector) {
            CHECK(vector.error() == kernel::Error::NoSpace);
            break;
        }
        taken[count++] = *vector;
    }
    CHECK(count > 100);
    for (std::size_t i = 0; i < count; ++i) arch::free_vector(taken[i]);
    const auto again = arch::allocate_vector(note, &arrival);
    REQUIRE(again.has_value());
    CHECK(again->raw == taken[0].raw);
    arch::free_vector(*again);
}
