// SPDX-License-Identifier: MIT
#pragma once

#include "arch/host/machine.hpp"
#include "mm/audit/audit.hpp"
#include "mm/testing/machine_plan.hpp"
#include "mm/testing/test_tables.hpp"

namespace mm::testing {

/// What a test may vary about a machine.
struct TestPlan {
    PageCount memory{(std::uint64_t{64} << 20) / page_size};
    arch::Level largest_leaf = arch::Level::Page2M;
    Scheme scheme = Scheme::Window;
};

/// A host machine with its memory brought up as at boot: an image of 1 MiB at 1 MiB, 256 frames set
/// aside for page tables, and the rest free RAM in state Free. CPU 0 runs on the kernel's tables.
class TestMemory {
public:
    explicit TestMemory(const TestPlan& plan = {});

    /// A whole 2 MiB block of free RAM: number `index` from 16 MiB on.
    static PhysRange block(unsigned index);
    /// One page of it.
    static PhysRange page(unsigned index, unsigned page_number);

    /// Gives frames to a domain, as the allocators do: out of the direct map, into the window.
    void make_exclusive(PhysRange range, Window& window, FrameState state = FrameState::Exclusive);
    void make_shared(PhysRange range, Window& window);

    /// Whether CPU `cpu` can touch `address`, by its TLB model.
    bool can_touch(VirtAddr address, unsigned cpu = 0) { return machine.touch(cpu, address).has_value(); }

    AuditReport audit(std::span<const SpaceMember> domains = {}) {
        return mm::audit({boot.frames, spaces, placements, domains});
    }

    FrameTable frames() const { return boot.frames; }
    DirectMap& direct_map() { return boot.direct_map; }

    arch::host::Machine machine;

private:
    std::vector<Pfn> set_tables_aside();

    MachinePlan plan_;

public:
    BootMemory boot;
    TestTables tables;
    Placements placements;
    AddressSpaceCache spaces;
};

} // namespace mm::testing
