// SPDX-License-Identifier: MIT
#pragma once

namespace arch {

/// Reads CPUID into cpu_features(). Once, on the boot CPU.
void detect_cpu_features();

/// Switches on, on this CPU, what the kernel uses of it. Precondition: detect_cpu_features().
void enable_cpu_features();

} // namespace arch
