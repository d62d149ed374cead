// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// The three kinds of flush, carried out in the TLB model of the CPU that the calling thread is.
namespace arch {

void invalidate_page(std::uintptr_t address);
void flush_local();
void flush_local_global();

} // namespace arch
