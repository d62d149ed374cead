// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <utility>

#include "kernel/base/assert.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

namespace mm::testing {

/// A domain where a test has memory enough for one.
inline DomainPtr make_domain(Memory& memory, std::string_view name, DomainKind kind = DomainKind::Net) {
    auto domain = Domain::create(memory, kind, name);
    kernel::ensure(domain.has_value(), "no domain");
    return *std::move(domain);
}

} // namespace mm::testing
