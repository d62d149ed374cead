// SPDX-License-Identifier: MIT
#include <arch/context.hpp>

extern "C" const std::byte context_start[];

namespace arch {

Context Context::start(std::uint64_t stack_top, Entry entry, void* argument) {
    return {
        .stack_pointer = stack_top,
        .resume_address = reinterpret_cast<std::uint64_t>(context_start),
        .entry = reinterpret_cast<std::uint64_t>(entry),
        .argument = reinterpret_cast<std::uint64_t>(argument),
        .occupied_flag = 0,
    };
}

} // namespace arch
