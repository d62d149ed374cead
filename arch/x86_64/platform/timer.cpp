// SPDX-License-Identifier: MIT
#include <arch/timer.hpp>

#include "arch/x86_64/cpu/interrupt_dispatch.hpp"
#include "arch/x86_64/cpu/vectors.hpp"
#include "arch/x86_64/platform/clock_setup.hpp"
#include "arch/x86_64/platform/local_apic.hpp"
#include "kernel/base/assert.hpp"

namespace arch {

namespace {

constinit void (*tick_function)() = nullptr;

void on_timer(void*) { tick_function(); }

} // namespace

void start_tick(std::uint32_t hz, void (*tick)()) {
    kernel::ensure(hz >= 1 && hz <= 10'000, "the rate of the tick is out of range");
    local_timer_stop();
    tick_function = tick;
    set_vector_handler(vector_timer, on_timer, nullptr);
    local_timer_start(TimerMode::Periodic, static_cast<std::uint32_t>(local_timer_frequency() / hz));
}

void stop_tick() { local_timer_stop(); }

} // namespace arch
