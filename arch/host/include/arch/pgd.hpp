// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// Added to a value for load_pgd(): keep what is cached under the PCID.
inline constexpr std::uint64_t keep_translations = std::uint64_t{1} << 63;

/// CR3 of the CPU that the calling thread is, and the top-level table in it.
std::uint64_t current_cr3();
std::uint64_t current_pgd();

/// Loads a top-level table and a PCID into the TLB model of this CPU, which forgets what it has under that
/// PCID and is not global, unless told to keep it.
void load_pgd(std::uint64_t pgd);

/// Turns PCIDs on for the CPU that the calling thread is.
void enable_pcids();

} // namespace arch
