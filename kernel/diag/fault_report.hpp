// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "mm/addr.hpp"

namespace kernel::diag {

enum class Access : std::uint8_t { Read, Write, Execute };
std::string_view name(Access access);

/// Why the CPU refused.
enum class Cause : std::uint8_t {
    NotMapped, ///< no translation in the loaded page table
    Rights,    ///< mapped, but not for this
    Key,       ///< mapped, under a protection key that this CPU may not use now
};

std::string_view name(Cause cause);

/// Says on the console who touched what: the current task and its namespace, the address and how it
/// relates to the frame behind it, the frame's owner, and the slab object there if there is one. Reads
/// the frame table and the registries only, never the memory concerned. Called from the fault handler with
/// no spin lock held by the interrupted code.
void report_fault(Access access, mm::VirtAddr address, Cause cause);

} // namespace kernel::diag
