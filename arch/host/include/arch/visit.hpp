// SPDX-License-Identifier: MIT
#pragma once

#include <arch/pgd.hpp>

#include <cstdint>

namespace arch {

struct Visit {
    std::uint64_t there;
    std::uint64_t back;
    std::uint64_t stack_top; ///< not used: a thread's stack is always in sight
};

/// Calls work(argument) while this CPU's TLB model has another page table loaded.
inline void visit(const Visit& visit, void (*work)(void* argument), void* argument) {
    load_pgd(visit.there);
    work(argument);
    load_pgd(visit.back);
}

} // namespace arch
