// SPDX-License-Identifier: MIT
#include "mm/placement/keyed_tree.hpp"

namespace mm {

KeyedTree::KeyedTree(FrameTable frames, TableSource& tables)
    : tree_(shared_domain, VirtAddr{arch::window_base(arch::window_first_slot)}, frames, tables) {}

kernel::Result<> KeyedTree::open(KernelMap& kernel) {
    TRY(tree_.open());
    kernel.tree().set_entry(kernel.pgd(), arch::window_first_slot, arch::Pte::table(tree_.root()->address()));
    return {};
}

kernel::Result<unsigned> KeyedTree::take_key(DomainId owner) {
    return owners_.with([&](Owners& owners) -> kernel::Result<unsigned> {
        for (unsigned key = 1; key < arch::key_count; ++key) {
            if (!owners[key].is_shared()) continue;
            owners[key] = owner;
            return key;
        }
        return kernel::fail(kernel::Error::NoProtectionKey);
    });
}

void KeyedTree::give_key(unsigned key) {
    owners_.with([&](Owners& owners) { owners[key] = shared_domain; });
}

DomainId KeyedTree::owner_of(unsigned key) {
    return owners_.with([&](const Owners& owners) { return owners[key]; });
}

} // namespace mm
