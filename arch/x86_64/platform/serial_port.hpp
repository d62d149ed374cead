// SPDX-License-Identifier: MIT
#pragma once

namespace arch {

/// Sets the port up for polled output. Before anything is printed.
void serial_initialise();

/// Waits until the last byte has left the port.
void serial_drain();

} // namespace arch
