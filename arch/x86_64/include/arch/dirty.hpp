// SPDX-License-Identifier: MIT
#pragma once

#include <arch/pte.hpp>

namespace arch {

/// A 4 KiB leaf that has just been taken out of its table, with PteFlags::Dirty if its page was written to through it
/// since it was put there clean. The processor has noted that in the entry (Intel SDM vol. 3A, 4.8); and where it has not,
/// none can write any more: it notes the first write in the table itself, and finds the entry gone.
constexpr Pte with_writes(Pte leaf) { return leaf; }

} // namespace arch
