// SPDX-License-Identifier: MIT
#pragma once

#include "mm/memory.hpp"
#include "mm/tables/address_space_cache.hpp"
#include "mm/tlb/cpu_mask.hpp"

#include <cstddef>

namespace kernel::smp {

/// Starts the machine's other processors, up to `limit` in all, one after the other. Each gets page
/// tables, fault stacks and the tasks that every CPU has, and is in business when this returns. One
/// that cannot be started is reported, and the system goes on without it. Once, in thread context,
/// after the scheduler has started.
void start_cpus(mm::Memory& memory, mm::AddressSpaceCache& spaces, std::size_t limit);

/// The CPUs that run. Any context.
mm::CpuMask online();
/// How many those are.
unsigned online_count();

} // namespace kernel::smp
