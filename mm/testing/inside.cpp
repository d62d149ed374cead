// SPDX-License-Identifier: MIT
#include "mm/testing/system.hpp"

namespace mm::testing {

namespace {

AddressSpaceRef space_of(AddressSpaceCache& spaces, Domain& domain) {
    const std::array members{domain.space_member(nullptr)};
    auto space = spaces.get(members);
    kernel::ensure(space.has_value(), "no table for the address space");
    return *std::move(space);
}

} // namespace

Inside::Inside(AddressSpaceCache& spaces, Domain& domain) : space_(space_of(spaces, domain)), scope_(spaces, *space_) {}

} // namespace mm::testing
