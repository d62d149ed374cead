// SPDX-License-Identifier: MIT
#include "mm/tables/address_space.hpp"

#include <algorithm>

#include "mm/tables/address_space_cache.hpp"

namespace mm {

SpaceKey::SpaceKey(std::span<const SpaceMember> members) {
    for (const SpaceMember& member : members) {
        DomainId& place = domains_[static_cast<std::size_t>(member.kind)];
        kernel::ensure(place.is_shared(), "two domains of one kind in an address space");
        place = member.domain;
    }
}

bool SpaceKey::contains(DomainId domain) const {
    return !domain.is_shared() && std::ranges::find(domains_, domain) != domains_.end();
}

AddressSpace::AddressSpace(std::uint64_t id, SpaceKey key, Pfn pgd, std::span<const SpaceMember> members)
    : TlbSpace(id), key_(key), pgd_(pgd) {
    for (const SpaceMember& member : members) {
        if (member.window != nullptr) {
            add(member.kind, member.window->holders());
            key_rights_ = arch::allow_key(key_rights_, arch::key_of(member.window->leaf_flags()));
        }
        if (member.image != nullptr) image_entry_ = member.image->image_entry();
        if (member.counter_set != 0) counter_set_ = member.counter_set;
    }
}

void AddressSpaceRef::release() {
    if (space_ != nullptr) space_->cache_->release(*std::exchange(space_, nullptr));
}

} // namespace mm
