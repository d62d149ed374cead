// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kernel {

/// A function or a variable of the kernel's image.
struct Symbol {
    std::string_view name; ///< without parameters and template arguments
    std::uint64_t begin;   ///< its address
};

/// The symbol that an address lies in; none outside the image, in padding, or if the image holds no
/// table. Reads constant memory only: any context, panics and fault handlers included.
std::optional<Symbol> find_symbol(std::uint64_t address);

} // namespace kernel
