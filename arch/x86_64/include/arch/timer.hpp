// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// Has `tick` called `hz` times per second on this CPU in interrupt context (local APIC, periodic).
/// Calling it again replaces rate and function. Precondition: 1 <= hz <= 10000.
void start_tick(std::uint32_t hz, void (*tick)());

void stop_tick();

} // namespace arch
