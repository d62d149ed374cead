// SPDX-License-Identifier: MIT
#include "mm/address_space_cache.hpp"

#include <arch/cpu.hpp>
#include <arch/memory.hpp>
#include <arch/pgd.hpp>
#include <new>

#include "kernel/base/mutant.hpp"

namespace mm {

using kernel::Error;
using kernel::Event;
using kernel::fail;

namespace {

/// Top-level tables have no locks: each is filled here, before any CPU walks it.
void copy_table(Pfn to, Pfn from) {
    arch::copy_words(DirectMap::ptr_present<void>(to.address()),
                     DirectMap::ptr_present<void>(from.address()), arch::entries_per_table);
}

} // namespace

AddressSpaceCache::AddressSpaceCache(Scheme scheme, const KernelMap& kernel, FrameTable frames,
                                     TableSource& tables)
    : scheme_(scheme), kernel_(kernel), frames_(frames), tables_(tables),
      kernel_space_(SpaceKey{}, kernel.pgd(), {}) {
    kernel_space_.cache_ = this;
}

AddressSpaceCache::~AddressSpaceCache() {
    kernel::ensure(spaces_.unlocked().empty(), "an address space outlives its cache");
    cpus_.for_each([&](Cpu& cpu) {
        if (cpu.image_table) tables_.give_table(*cpu.image_table);
        if (cpu.pgd) tables_.give_table(*cpu.pgd);
    });
}

kernel::Result<PhysAddr> AddressSpaceCache::add_cpu(unsigned number) {
    Cpu& cpu = cpus_.of(number);
    cpu.loaded = &kernel_space_;
    if (has_own_table(scheme_)) return kernel_.pgd().address();
    const Pfn pgd = TRY(tables_.take_table());
    cpu.pgd = pgd;
    const Pfn image = TRY(tables_.take_table());
    cpu.image_table = image;
    copy_table(pgd, kernel_.pgd());
    copy_table(image, kernel_.roots().image);
    PageTree::at(pgd).write(arch::image_slot, arch::Pte::table(image.address()));
    return pgd.address();
}

// --- making and ending ---------------------------------------------------------------------------

AddressSpace* AddressSpaceCache::find(List& list, const SpaceKey& key) {
    for (AddressSpace& space : list) {
        if (space.key() != key) continue;
        space.references_.fetch_add(1, std::memory_order_relaxed);
        return &space;
    }
    return nullptr;
}

kernel::Result<AddressSpaceRef> AddressSpaceCache::get(std::span<const SpaceMember> members) {
    const SpaceKey key(members);
    if (key == SpaceKey{}) {
        kernel_space_.references_.fetch_add(1, std::memory_order_relaxed);
        return AddressSpaceRef(kernel_space_);
    }
    if (AddressSpace* known = spaces_.with([&](List& list) { return find(list, key); })) {
        return AddressSpaceRef(*known);
    }
    // Made outside the lock; if somebody else was faster, theirs is used.
    AddressSpace* made = TRY(create(key, members));
    AddressSpace* faster = spaces_.with([&](List& list) {
        AddressSpace* known = find(list, key);
        if (known == nullptr) list.push_back(*made);
        return known;
    });
    if (faster == nullptr) return AddressSpaceRef(*made);
    destroy(*made);
    return AddressSpaceRef(*faster);
}

kernel::Result<AddressSpace*> AddressSpaceCache::create(SpaceKey key,
                                                        std::span<const SpaceMember> members) {
    Pfn pgd = kernel_.pgd();
    if (has_own_table(scheme_)) {
        pgd = TRY(tables_.take_table());
        copy_table(pgd, kernel_.pgd());
        const auto add = [&](std::optional<TopEntry> top) {
            if (top) PageTree::at(pgd).write(top->slot, top->entry);
        };
        for (const SpaceMember& member : members) {
            if (member.window != nullptr) add(member.window->top_entry());
            if (member.image != nullptr) add(member.image->top_entry());
        }
        if (kernel::mutant(kernel::Mutant::ShareWindow)) {
            spaces_.with([&](List& list) {
                if (list.empty()) return;
                const unsigned slot = window_slot(DomainKind::Net);
                PageTree::at(pgd).write(slot, PageTree::at(list.front()->pgd()).read(slot));
            });
        }
    }
    auto* space = new (std::nothrow) AddressSpace(key, pgd, members);
    if (space == nullptr) {
        if (has_own_table(scheme_)) tables_.give_table(pgd);
        return fail(Error::OutOfMemory);
    }
    space->cache_ = this;
    return space;
}

void AddressSpaceCache::destroy(AddressSpace& space) {
    if (has_own_table(scheme_)) tables_.give_table(space.pgd());
    delete &space;
}

void AddressSpaceCache::release(AddressSpace& space) {
    // The last reference is dropped under the lock, where find() cannot hand out another one.
    const bool last = spaces_.with([&](List& list) {
        if (space.references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return false;
        list.remove(space);
        return true;
    });
    if (!last) return;
    cpus_.for_each([&](const Cpu& cpu) {
        kernel::ensure(cpu.loaded != &space && cpu.leaving != &space,
                       "an address space ends while a CPU has it loaded");
    });
    destroy(space);
}

// --- loading -------------------------------------------------------------------------------------

std::uint64_t AddressSpaceCache::switch_tables(Cpu& cpu, AddressSpace& next) {
    const unsigned here = arch::cpu_id();
    if (cpu.leaving != nullptr) leave(cpu);
    cpu.leaving = cpu.loaded;
    cpu.loaded = &next;
    next.loaded(here); // before the load: whoever unmaps from now on counts this CPU in
    if (has_own_table(scheme_)) {
        kernel::count(Event::Cr3Writes);
        return next.pgd().address().raw();
    }
    // Only the image differs, and what the TLB knows of the old one goes with the write to CR3.
    PageTable& image = PageTree::at(*cpu.image_table);
    if (image.read(arch::namespace_image_entry) == next.image_entry()) return 0;
    image.write(arch::namespace_image_entry, next.image_entry());
    kernel::count(Event::PageTableWrites);
    kernel::count(Event::ImageSwaps);
    kernel::count(Event::Cr3Writes);
    return cpu.pgd->address().raw();
}

void AddressSpaceCache::leave(Cpu& cpu) {
    std::exchange(cpu.leaving, nullptr)->unloaded(arch::cpu_id(), *cpu.loaded);
}

void AddressSpaceCache::load(AddressSpace& next) {
    const arch::PreemptGuard on_this_cpu;
    if (const std::uint64_t pgd = prepare_switch(next); pgd != 0) arch::load_pgd(pgd);
    finish_switch();
}

// --- scopes --------------------------------------------------------------------------------------

AddressSpaceScope::AddressSpaceScope(AddressSpaceCache& cache, AddressSpace& space)
    : cache_(cache), previous_(&cache.loaded()) {
    const unsigned stack_slot = arch::slot_of(reinterpret_cast<std::uintptr_t>(this));
    kernel::ensure(stack_slot < arch::window_first_slot ||
                       stack_slot >= arch::window_first_slot + arch::window_slot_count ||
                       space.key() == previous_->key(),
                   "the stack would vanish with the address space it is in");
    cache_.load(space);
}

AddressSpaceScope::~AddressSpaceScope() { cache_.load(*previous_); }

} // namespace mm
