// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>

#include "kernel/base/events.hpp"
#include "kernel/base/intrusive_list.hpp"
#include "kernel/base/per_cpu.hpp"
#include "mm/tables/address_space.hpp"
#include "mm/tables/workshop.hpp"

namespace mm {

/// What a CPU loads to enter an address space.
struct SpaceLoad {
    std::uint64_t pgd = 0;        ///< for CR3; 0: nothing at all is to be loaded
    std::uint32_t key_rights = 0; ///< for IA32_PKRS; 0: it stays as it is
};

/// Makes address spaces, one for each combination of domains in use, and loads them. Each CPU's workshop is here too.
///
///     switch from A to B:   load = prepare_switch(A, B)  still on A's stack; touches shared memory only
///                           write cr3 and pkrs        between the two stacks
///                           finish_switch()           on B's stack
class AddressSpaceCache {
public:
    AddressSpaceCache(Scheme scheme, const KernelMap& kernel, FrameTable frames, Tlb& tlb, TableSource& tables);
    ~AddressSpaceCache();
    AddressSpaceCache(const AddressSpaceCache&) = delete;
    AddressSpaceCache& operator=(const AddressSpaceCache&) = delete;

    /// Prepares a CPU, which gets a top-level table of its own where address spaces have none; returns what
    /// it is to load into CR3. Error: OutOfMemory. Thread context, before the CPU uses the cache.
    kernel::Result<PhysAddr> add_cpu(unsigned cpu);

    /// The address space of tasks that are in no domain. Lives as long as the cache.
    AddressSpace& kernel_space() { return kernel_space_; }

    /// Where each CPU that was added works on frames that are in nobody's sight.
    Workshop& workshop() { return workshop_; }
    const Workshop& workshop() const { return workshop_; }

    /// The address space of these domains, made at first need. Errors: OutOfMemory; Unsupported for more than one
    /// domain with placement `clone`, where the direct map's slot can lead to one copy only. Thread context.
    kernel::Result<AddressSpaceRef> get(std::span<const SpaceMember> members);

    // --- loading ---------------------------------------------------------------------------------

    /// The address space that this CPU has loaded.
    AddressSpace& loaded() { return static_cast<AddressSpace&>(tlb_.loaded()); }
    /// The same for a task that may be moved to another CPU: what is loaded moves with it.
    AddressSpace& loaded_here() {
        const arch::PreemptGuard on_this_cpu;
        return loaded();
    }
    /// The same of another CPU. Precondition: add_cpu(cpu).
    const AddressSpace& loaded_on(unsigned cpu) const { return static_cast<AddressSpace&>(tlb_.loaded_on(cpu)); }

    /// Does all of a switch but the writes to the registers, and returns what to write.
    /// Shared memory only; no lock. `last` is what is loaded. The caller holds a reference to `next`. Interrupts off
    /// from here to finish_switch(): a shootdown request in between would flush what is about to go.
    SpaceLoad prepare_switch(const AddressSpace& last, AddressSpace& next) {
        return &last == &next ? SpaceLoad{} : switch_tables(next);
    }

    /// After the write to CR3: this CPU has nothing of the last address space any more.
    void finish_switch() { tlb_.finish_load(); }

    /// Whether the byte at `address` is reached in `next` as it is in what this CPU has loaded. Thread context.
    bool stays_reachable(const void* address, const AddressSpace& next);

    /// In each tick: this CPU forgets what was taken out of the windows it has loaded. Interrupts off.
    void catch_up() { tlb_.catch_up(); }

    /// The three steps at once. Any context. Precondition: stack and code in use are shared memory, or in both.
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
    /// With isolation `pks`: the rights that a CPU has, by what was written last.
    std::uint32_t cpu_key_rights(unsigned cpu) const { return cpus_.of(cpu).key_rights; }

    Scheme scheme() const { return scheme_; }
    const KernelMap& kernel_map() const { return kernel_; }

private:
    friend class AddressSpaceRef;

    struct Cpu {
        std::optional<Pfn> pgd;
        std::optional<Pfn> image_table;
        std::uint32_t key_rights = arch::deny_all_keys;
    };
    using List = kernel::IntrusiveList<AddressSpace, &AddressSpace::hook_>;

    kernel::Result<AddressSpace*> create(SpaceKey key, std::span<const SpaceMember> members);
    void destroy(AddressSpace& space);
    void release(AddressSpace& space);
    AddressSpace* find(List& list, const SpaceKey& key);
    SpaceLoad switch_tables(AddressSpace& next);
    SpaceLoad load_with_pcid(const AddressSpace& next);
    SpaceLoad switch_image(const AddressSpace& next);

    Scheme scheme_;
    const KernelMap& kernel_;
    FrameTable frames_;
    Tlb& tlb_;
    TableSource& tables_;
    std::atomic<std::uint64_t> last_id_ = TlbSpace::kernel_id;
    AddressSpace kernel_space_;
    Workshop workshop_;
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
