// SPDX-License-Identifier: MIT
#include "mm/testing/host_system.hpp"

#include <algorithm>
#include <span>

#include "mm/testing/system.hpp"

namespace mm::testing {

HostSystem::HostSystem(const HostPlan& plan)
    : machine(plan.memory), boot(plan_.plan(plan.memory, arch::Level::Page2M, plan.scheme())), frames(boot.frames),
      tables(frames), placements(plan.scheme(), boot.frames, boot.tlb, tables, boot.direct_map),
      spaces(placements.scheme, boot.kernel_map, boot.frames, boot.tlb, tables),
      memory({.frames = frames,
              .direct_map = boot.direct_map,
              .workshop = spaces.workshop(),
              .tlb = boot.tlb,
              .tables = tables,
              .placements = placements},
             plan.policies) {
    for (const PhysRange& range : boot.free_ranges()) frames.add(range);
    boot.direct_map.use_tables(tables);
    tables.set_relief(&Memory::reclaim_on_every_cpu, &memory);
    start_first_cpu(placements, boot.kernel_map, spaces);
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
