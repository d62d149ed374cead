// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "mm/boot/boot_memory.hpp"
#include "mm/tables/address_space_cache.hpp"

namespace mm::testing {

/// What a boot loader would say of a host machine: an image of 1 MiB at 1 MiB, half code and half data, and RAM. What
/// plan() returns refers to it.
class MachinePlan {
public:
    MemoryPlan plan(PageCount memory, arch::Level largest_leaf, Scheme scheme);

private:
    std::array<PhysRange, 1> ram_;
    std::array<PhysRange, 1> in_use_;
    std::array<ImagePart, 2> image_;
};

/// Opens the placement, and has CPU 0 run on the kernel's tables from here on.
void start_first_cpu(Placements& placements, KernelMap& kernel_map, AddressSpaceCache& spaces);

} // namespace mm::testing
