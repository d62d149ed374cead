// SPDX-License-Identifier: MIT
#include "kernel/main/memory_system.hpp"

#include "kernel/base/log.hpp"
#include "kernel/base/runtime/shared_heap.hpp"
#include "kernel/main/system.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/smp/standstill.hpp"
#include "mm/audit/audit.hpp"
#include "mm/audit/dump_note.hpp"
#include "mm/domain/domain.hpp"

#include <arch/cpu.hpp>
#include <arch/device_map.hpp>
#include <arch/features.hpp>
#include <arch/image.hpp>
#include <arch/pgd.hpp>

#include <algorithm>
#include <array>
#include <memory>

namespace kernel {

namespace {

/// Storage for an object whose constructor needs arguments that exist only at boot.
union Storage {
    constexpr Storage() : empty{} {}
    constexpr ~Storage() {}
    char empty;
    MemorySystem system;
};
constinit Storage storage;
constinit MemorySystem* booted = nullptr;

/// The boot loader's lists in the form that mm takes; they live only while memory is being set up.
struct PlanLists {
    std::array<mm::PhysRange, 64> ram{};
    std::size_t ram_count = 0;
    std::array<mm::PhysRange, 2> in_use{};
    std::array<mm::ImagePart, 8> image{};
    std::size_t image_count = 0;
};

constexpr mm::PageCount unlimited{arch::max_physical / mm::page_size};

/// `mem.limit` bounds what is handed out, not what is mapped: the boot loader may have put files anywhere.
mm::PageCount allocation_limit(const Options& options) {
    return options.memory_limit ? mm::PageCount{*options.memory_limit / mm::page_size} : unlimited;
}

mm::MemoryPlan plan_memory(const arch::BootInfo& info, const Options& options, PlanLists& lists) {
    for (const arch::MemoryRange& range : info.memory) {
        if (range.kind != arch::MemoryKind::Usable) continue;
        // The first MiB holds what firmware and a second CPU's start need.
        const mm::PhysAddr begin = std::max(range.range.begin, mm::PhysAddr{0x10'0000});
        if (begin < range.range.end && lists.ram_count < lists.ram.size()) {
            lists.ram[lists.ram_count++] = {begin, range.range.end};
        }
    }
    lists.in_use = {info.image, {info.initrd.begin.align_down(mm::page_size), info.initrd.end.align_up(mm::page_size)}};
    for (const arch::ImageSection& section : arch::image_sections()) {
        lists.image[lists.image_count++] = {section.begin, section.end, arch::image_to_phys(section.begin),
                                            section.flags};
    }
    return {
        .ram = std::span(lists.ram).first(lists.ram_count),
        .in_use = lists.in_use,
        .image = std::span(lists.image).first(lists.image_count),
        .device_table = mm::Pfn::of(arch::device_slot_table()),
        .largest_leaf = mm::leaf_level(options.policies.direct_map_leaf, arch::cpu_features().pages_1g),
        .reachable = mm::PhysAddr{arch::boot_reachable},
        .limit = unlimited,
        .scheme = mm::scheme_of(options.policies.isolation, options.policies.placement),
    };
}

} // namespace

MemorySystem::MemorySystem(const arch::BootInfo& info, const Options& options)
    : boot_([&] {
          PlanLists lists;
          return mm::BootMemory(plan_memory(info, options, lists));
      }()),
      frames_(boot_.frames), tables_(frames_),
      placements_(mm::scheme_of(options.policies.isolation, options.policies.placement), boot_.frames, boot_.tlb,
                  tables_, boot_.direct_map),
      spaces(placements_.scheme, enter_final_tables(allocation_limit(options)), boot_.frames, boot_.tlb, tables_),
      memory({.frames = frames_,
              .direct_map = boot_.direct_map,
              .workshop = spaces.workshop(),
              .tlb = boot_.tlb,
              .tables = tables_,
              .placements = placements_},
             options.policies) {
    tables_.set_relief(&mm::Memory::reclaim_on_every_cpu, &memory);
    const auto opened = placements_.open(boot_.kernel_map);
    const auto pgd = spaces.add_cpu(arch::cpu_id());
    if (!opened || !pgd) panic("not enough memory to boot");
    arch::load_pgd(pgd->raw());
    // Where the direct map is not global, a page of it would have to be flushed under every PCID.
    if (options.policies.pcid == mm::Pcid::On && placements_.scheme == mm::Scheme::Window &&
        arch::cpu_features().pcid && arch::cpu_features().global_pages) {
        boot_.tlb.use_pcids();
        arch::enable_pcids();
    }
    mm::publish_dump_note(boot_.frames, placements_.scheme);
}

const mm::KernelMap& MemorySystem::enter_final_tables(mm::PageCount limit) {
    arch::load_pgd(boot_.kernel_map.pgd().address().raw());
    std::uint64_t left = limit.bytes();
    for (const mm::PhysRange& range : boot_.free_ranges()) {
        const std::uint64_t bytes = std::min(left, range.bytes());
        frames_.add({range.begin, range.begin + bytes});
        left -= bytes;
    }
    boot_.direct_map.use_tables(tables_);
    return boot_.kernel_map;
}

mm::AuditReport MemorySystem::audit() {
    // Shared memory, and too much for a stack. Whoever makes the others stand still has it.
    static constinit std::array<mm::SpaceMember, mm::DomainTable::max_domains> members;
    mm::AuditReport report;
    namespaces().with_all([&](auto& list) {
        const smp::Standstill other_cpus;
        std::size_t count = 0;
        memory.domains().for_each([&](mm::Domain& domain) { members[count++] = domain.space_member(nullptr); });
        for (NetNamespace& ns : list) {
            if (ns.state() != NetNamespace::State::Alive) continue;
            for (mm::SpaceMember& member : std::span(members).first(count)) {
                if (member.domain == ns.domain().id()) member = ns.space_member();
            }
        }
        report = mm::audit({.frames = boot_.frames,
                            .spaces = spaces,
                            .placements = placements_,
                            .domains = std::span(members).first(count)});
    });
    return report;
}

void make_memory(const arch::BootInfo& info, const Options& options) {
    booted = std::construct_at(&storage.system, info, options);
    set_shared_heap({
        .allocate = [](std::size_t bytes, std::size_t alignment) -> void* {
            return booted->memory.kmalloc_aligned(bytes, alignment).value_or(nullptr);
        },
        .release = [](void* memory) { booted->memory.kfree(memory); },
    });
}

mm::Memory& memory() { return booted->memory; }
mm::AddressSpaceCache& address_spaces() { return booted->spaces; }
mm::AuditReport audit_system() { return booted->audit(); }

} // namespace kernel
