// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/ns/net_namespace.hpp"

#include <algorithm>
#include <string_view>

namespace kernel {

/// Whether a namespace may be called that: 1 to 15 letters, digits, - and _, so that a name is one
/// word in the shell, a file name on the host, and fits everywhere.
constexpr bool is_namespace_name(std::string_view name) {
    constexpr auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !name.empty() && name.size() < NetNamespace::name_size && std::ranges::all_of(name, allowed);
}

static_assert(is_namespace_name("red") && is_namespace_name("a-1_Z"));
static_assert(!is_namespace_name("") && !is_namespace_name("a b") && !is_namespace_name("sixteen-letters-"));

} // namespace kernel
