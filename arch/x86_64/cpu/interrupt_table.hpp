// SPDX-License-Identifier: MIT
#pragma once

namespace arch {

/// Fills the interrupt table, which all CPUs share. Once.
void build_interrupt_table();

/// Makes this CPU use it. Precondition: its CpuTables are loaded.
void load_interrupt_table();

} // namespace arch
