// SPDX-License-Identifier: MIT
#pragma once

#include <arch/pte.hpp>

namespace arch {

/// The host's tests write to memory past the page tables, so the entry does not tell. What matters is told by the page: a
/// page that was zero when it was mapped, and is not, was written to.
Pte with_writes(Pte leaf);

} // namespace arch
