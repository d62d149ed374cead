// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "mm/placement/frame_tree.hpp"
#include "mm/tables/kernel_map.hpp"

namespace mm {

/// The one window that all domains share with isolation `pks`, under the first window slot of every top-level table,
/// and the protection keys that keep them apart in it: 1 to 15, one for each domain. Key 0 is shared memory's.
///
/// Its tables are shared memory. They stay once they are made: at most one for each 2 MiB of RAM.
class KeyedTree {
public:
    static constexpr unsigned max_domains = arch::key_count - 1;

    KeyedTree(FrameTable frames, TableSource& tables);

    /// Makes the root and hangs it into the kernel's top-level table. Boot, before any CPU copies that table. Error:
    /// OutOfMemory.
    kernel::Result<> open(KernelMap& kernel);

    FrameTree& tree() { return tree_; }
    const FrameTree& tree() const { return tree_; }

    /// A key that no page has, for `owner`. Error: NoProtectionKey.
    kernel::Result<unsigned> take_key(DomainId owner);
    /// Precondition: no page has the key, in any page table or TLB.
    void give_key(unsigned key);
    /// Whose key it is; shared_domain if nobody's.
    DomainId owner_of(unsigned key);

private:
    using Owners = std::array<DomainId, arch::key_count>;

    FrameTree tree_;
    kernel::SpinLocked<Owners, kernel::Rank::Window> owners_;
};

} // namespace mm
