// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace kernel {

/// A deadline on the code between construction and destruction: if it passes, the timer interrupt
/// panics, and the panic's backtrace shows where the code hangs. One at a time.
class Watchdog {
public:
    /// `what` names the guarded code in the panic and must outlive the watchdog.
    Watchdog(std::string_view what, std::uint64_t seconds);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// Gives the guarded code its full time again (a test of many slow steps).
    static void restart();

    /// Called by the timer tick, with interrupts off; panics if the deadline is over.
    static void check();
};

} // namespace kernel
