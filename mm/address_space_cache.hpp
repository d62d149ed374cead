// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>

#include "kernel/base/events.hpp"
#include "kernel/base/intrusive_list.hpp"
#include "kernel/base/per_cpu.hpp"
#include "mm/address_space.hpp"

namespace mm {

/// Makes address spaces, one for each combination of domains in use, and loads them.
///
///     switch from A to B:   cr3 = prepare_switch(B)   still on A's stack; touches shared memory only
///                           write cr3 unless 0        between the two stacks
///                           finish_switch()           on B's stack
class AddressSpaceCache {
public:
    AddressSpaceCache(Scheme scheme, const KernelMap& kernel, FrameTable frames,
                      TableSource& tables);
    ~AddressSpaceCache();
    AddressSpaceCache(const AddressSpaceCache&) = delete;
    AddressSpaceCache& operator=(const AddressSpaceCache&) = delete;

    /// Prepares a CPU, which gets a top-level table of its own where address spaces have none; returns what
    /// it is to load into CR3. Error: OutOfMemory. Thread context, before the CPU uses the cache.
    kernel::Result<PhysAddr> add_cpu(unsigned cpu);

    /// The address space of tasks that are in no domain. Lives as long as the cache.
    AddressSpace& kernel_space() { return kernel_space_; }

    /// The address space of these domains, made at first need. Error: OutOfMemory. Thread context.
    kernel::Result<AddressSpaceRef> get(std::span<const SpaceMember> members);

    // --- loading: preemption or interrupts off ---------------------------------------------------

    /// The address space that this CPU has loaded.
    AddressSpace& loaded() { return *cpus_.local().loaded; }
    /// The same of another CPU. Precondition: add_cpu(cpu).
    const AddressSpace& loaded_on(unsigned cpu) const { return *cpus_.of(cpu).loaded; }

    /// Does all of a switch but the write to CR3, and returns what to write, or 0 for nothing.
    /// Shared memory only; no lock. The caller holds a reference to `next`.
    std::uint64_t prepare_switch(AddressSpace& next) {
        Cpu& cpu = cpus_.local();
        if (cpu.loaded == &next) return 0;
        return switch_tables(cpu, next);
    }

    /// After the write to CR3: this CPU has nothing of the last address space any more.
    void finish_switch() {
        Cpu& cpu = cpus_.local();
        if (cpu.leaving != nullptr) leave(cpu);
    }

    /// The three steps at once. Precondition: stack and code in use are shared memory, or in both.
    void load(AddressSpace& next);

    // --- for the audit and `stats` ---------------------------------------------------------------

    /// Calls fn(AddressSpace&) for each, the kernel's included, under the cache's lock.
    template <class Function>
    void for_each(Function&& fn) {
        spaces_.with([&](List& list) {
            fn(kernel_space_);
            for (AddressSpace& space : list) fn(space);
        });
    }

    /// A CPU's own top-level table, where address spaces have none and the CPU was added.
    std::optional<Pfn> cpu_pgd(unsigned cpu) const { return cpus_.of(cpu).pgd; }
    std::optional<Pfn> cpu_image_table(unsigned cpu) const { return cpus_.of(cpu).image_table; }

    Scheme scheme() const { return scheme_; }
    const KernelMap& kernel_map() const { return kernel_; }

private:
    friend class AddressSpaceRef;

    struct Cpu {
        AddressSpace* loaded = nullptr;
        AddressSpace* leaving = nullptr;  ///< between prepare_switch() and finish_switch()
        std::optional<Pfn> pgd;
        std::optional<Pfn> image_table;
    };
    using List = kernel::IntrusiveList<AddressSpace, &AddressSpace::hook_>;

    kernel::Result<AddressSpace*> create(SpaceKey key, std::span<const SpaceMember> members);
    void destroy(AddressSpace& space);
    void release(AddressSpace& space);
    AddressSpace* find(List& list, const SpaceKey& key);
    std::uint64_t switch_tables(Cpu& cpu, AddressSpace& next);
    void leave(Cpu& cpu);

    Scheme scheme_;
    const KernelMap& kernel_;
    FrameTable frames_;
    TableSource& tables_;
    AddressSpace kernel_space_;
    kernel::PerCpu<Cpu> cpus_;
    kernel::SpinLocked<List, kernel::Rank::AddressSpaceCache> spaces_;
};

/// Runs a scope in another address space; preemptible, since the scheduler restores what was loaded.
/// Precondition: the running stack is shared memory, or mapped by `space` as well.
class [[nodiscard]] AddressSpaceScope {
public:
    AddressSpaceScope(AddressSpaceCache& cache, AddressSpace& space);
    ~AddressSpaceScope();
    AddressSpaceScope(const AddressSpaceScope&) = delete;
    AddressSpaceScope& operator=(const AddressSpaceScope&) = delete;

private:
    AddressSpaceCache& cache_;
    AddressSpace* previous_;
};

} // namespace mm
