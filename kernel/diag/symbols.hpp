// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kernel {

/// A function of the kernel.
struct Symbol {
    std::string_view name;
    std::uint64_t begin;  ///< its first address
};

/// The function that `address` lies in, from the table that the build puts into the image. Nothing for
/// an address outside the kernel's code, or if the image has no table. Any context.
std::optional<Symbol> find_symbol(std::uint64_t address);

} // namespace kernel
