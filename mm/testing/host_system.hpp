// SPDX-License-Identifier: MIT
#pragma once

#include "arch/host/machine.hpp"
#include "mm/buddy/buddy_table_source.hpp"
#include "mm/buddy/frame_allocator.hpp"
#include "mm/memory.hpp"
#include "mm/testing/machine_plan.hpp"

namespace mm::testing {

/// What a test on the host may vary.
struct HostPlan {
    PageCount memory{(std::uint64_t{64} << 20) / page_size};
    Policies policies{};
    Scheme scheme() const { return scheme_of(policies.isolation, policies.placement); }
};

/// A host machine with everything in mm/ wired as kernel_main does it. CPU 0 runs on the kernel's
/// tables.
class HostSystem {
public:
    explicit HostSystem(const HostPlan& plan = {});

    /// Whether CPU 0 can touch `address` by its TLB model, as the tables and its flushes left it.
    bool can_touch(const void* address) {
        return machine.touch(0, VirtAddr{reinterpret_cast<std::uintptr_t>(address)}).has_value();
    }
    /// A frame's content, wherever it is mapped or not.
    const std::byte* raw(Pfn pfn) { return machine.at(pfn.address()); }
    bool is_zero(Pfn pfn);

    arch::host::Machine machine;

private:
    MachinePlan plan_;

public:
    BootMemory boot;
    FrameAllocator frames;
    BuddyTableSource tables;
    Placements placements;
    AddressSpaceCache spaces;
    Memory memory;
};

} // namespace mm::testing
