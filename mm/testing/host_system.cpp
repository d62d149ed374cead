// SPDX-License-Identifier: MIT
#include "mm/testing/host_system.hpp"

#include <algorithm>
#include <arch/pgd.hpp>
#include <span>

#include "mm/testing/system.hpp"

namespace mm::testing {

namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

} // namespace

HostSystem::HostSystem(const HostPlan& plan)
    : machine(plan.memory), boot(plan_of(plan)), frames(boot.frames), tables(frames),
      placements(scheme_of(plan.policies.isolation, plan.policies.placement), boot.frames, boot.tlb, tables,
                 boot.direct_map),
      spaces(placements.scheme, boot.kernel_map, boot.frames, boot.tlb, tables),
      memory({.frames = frames,
              .direct_map = boot.direct_map,
              .temporary_map = boot.temporary_map,
              .tlb = boot.tlb,
              .tables = tables,
              .placements = placements},
             plan.policies) {
    for (const PhysRange& range : boot.free_ranges()) frames.add(range);
    boot.direct_map.use_tables(tables);
    const bool opened = placements.open(boot.kernel_map).has_value();
    const auto pgd = spaces.add_cpu(0);
    kernel::ensure(opened && pgd.has_value(), "no memory for a CPU");
    arch::load_pgd(pgd->raw());
}

MemoryPlan HostSystem::plan_of(const HostPlan& plan) {
    const VirtAddr image{arch::kernel_image_base + mib};
    ram_ = {PhysRange{PhysAddr{0}, PhysAddr{plan.memory.bytes()}}};
    in_use_ = {PhysRange{PhysAddr{0}, PhysAddr{2 * mib}}};
    image_ = {ImagePart{image, image + mib / 2, PhysAddr{mib}, arch::read_execute},
              ImagePart{image + mib / 2, image + mib, PhysAddr{mib + mib / 2}, arch::read_write}};
    return {.ram = ram_,
            .in_use = in_use_,
            .image = image_,
            .device_table = Pfn{1},
            .largest_leaf = arch::Level::Page2M,
            .reachable = PhysAddr{plan.memory.bytes()},
            .limit = plan.memory,
            .scheme = scheme_of(plan.policies.isolation, plan.policies.placement)};
}

bool HostSystem::is_zero(Pfn pfn) {
    const std::span page(raw(pfn), page_size);
    return std::ranges::all_of(page, [](std::byte byte) { return byte == std::byte{0}; });
}

class System::Machine : public HostSystem {};

System::System() : machine_(std::make_unique<Machine>()) {}
System::~System() = default;
Memory& System::memory() { return machine_->memory; }
AddressSpaceCache& System::spaces() { return machine_->spaces; }

} // namespace mm::testing
