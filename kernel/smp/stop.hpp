// SPDX-License-Identifier: MIT
#pragma once

namespace arch {
struct TrapFrame;
}

namespace kernel::smp {

/// Claims the machine for the panic of the CPU that runs this: stops all others where they are, by
/// NMI, and waits a moment for them to be there. If another CPU panics already, this one stops instead
/// and never returns. Returns false if this very CPU was panicking before. Any context.
bool claim_panic();

/// For the exception handler: if a panic sent this NMI, notes where the CPU was and stops it for good.
void stop_if_panicking(const arch::TrapFrame& nmi);

/// Prints where the stopped CPUs were. After claim_panic().
void print_stopped_cpus();

} // namespace kernel::smp
