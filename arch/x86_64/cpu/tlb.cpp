// SPDX-License-Identifier: MIT
#include <arch/features.hpp>
#include <arch/irq.hpp>
#include <arch/tlb.hpp>

#include "arch/x86_64/cpu/control_registers.hpp"

namespace arch {

void flush_local_global() {
    if (cpu_features().invpcid) return invalidate_pcid(Invpcid::All);
    const IrqGuard guard;
    const std::uint64_t cr4 = read_cr4();
    if ((cr4 & cr4_global_pages) == 0) return flush_local();
    // Changing PGE forgets everything (Intel SDM vol. 3A, 4.10.4.1).
    write_cr4(cr4 & ~cr4_global_pages);
    write_cr4(cr4);
}

void enable_pcids() { write_cr4(read_cr4() | cr4_pcid); }

} // namespace arch
