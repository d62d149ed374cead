// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mm/domain_id.hpp"

namespace mm {

/// Which object of which cache an address lies in.
struct ObjectLocation {
    std::string_view cache;
    DomainId owner;            ///< shared_domain for a shared cache
    std::uintptr_t object = 0; ///< first byte of the object, seen through the same mapping
    std::size_t size = 0;      ///< of the object, in bytes
    std::ptrdiff_t offset = 0; ///< of the address, from `object`; beyond `size` in padding or guards
};

} // namespace mm
