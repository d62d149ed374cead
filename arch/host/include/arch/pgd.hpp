// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// The top-level table of the CPU that the calling thread is.
std::uint64_t current_pgd();

/// Loads a top-level table into the TLB model of this CPU, which forgets what is not global.
void load_pgd(std::uint64_t pgd);

} // namespace arch
