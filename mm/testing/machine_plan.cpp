// SPDX-License-Identifier: MIT
#include "mm/testing/machine_plan.hpp"

#include <arch/pgd.hpp>

namespace mm::testing {

MemoryPlan MachinePlan::plan(PageCount memory, arch::Level largest_leaf, Scheme scheme) {
    constexpr std::uint64_t mib = std::uint64_t{1} << 20;
    const VirtAddr image{arch::kernel_image_base + mib};
    ram_ = {PhysRange{PhysAddr{0}, PhysAddr{memory.bytes()}}};
    in_use_ = {PhysRange{PhysAddr{0}, PhysAddr{2 * mib}}};
    image_ = {ImagePart{image, image + mib / 2, PhysAddr{mib}, arch::read_execute},
              ImagePart{image + mib / 2, image + mib, PhysAddr{mib + mib / 2}, arch::read_write}};
    return {.ram = ram_,
            .in_use = in_use_,
            .image = image_,
            .device_table = Pfn{1},
            .largest_leaf = largest_leaf,
            .reachable = PhysAddr{memory.bytes()},
            .limit = memory,
            .scheme = scheme};
}

void start_first_cpu(Placements& placements, KernelMap& kernel_map, AddressSpaceCache& spaces) {
    const bool opened = placements.open(kernel_map).has_value();
    const auto pgd = spaces.add_cpu(0);
    kernel::ensure(opened && pgd.has_value(), "no memory for a CPU");
    arch::load_pgd(pgd->raw());
}

} // namespace mm::testing
