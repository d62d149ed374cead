// SPDX-License-Identifier: MIT
#include "mm/address_space.hpp"

#include <algorithm>

#include "mm/address_space_cache.hpp"

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

AddressSpace::AddressSpace(SpaceKey key, Pfn pgd, std::span<const SpaceMember> members)
    : key_(key), pgd_(pgd) {
    for (const SpaceMember& member : members) {
        if (member.window != nullptr) {
            windows_[window_count_++] = member.window;
            key_rights_ = arch::allow_key(key_rights_, arch::key_of(member.window->leaf_flags()));
        }
        if (member.image != nullptr) image_entry_ = member.image->image_entry();
    }
}

void AddressSpace::unloaded(unsigned cpu, const AddressSpace& successor) {
    for (std::size_t i = 0; i < window_count_; ++i) {
        if (!successor.contains(windows_[i]->owner())) windows_[i]->unloaded(cpu);
    }
}

void AddressSpaceRef::release() {
    if (space_ != nullptr) space_->cache_->release(*std::exchange(space_, nullptr));
}

} // namespace mm
