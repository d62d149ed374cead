// SPDX-License-Identifier: MIT
#include "mm/tables/address_space_cache.hpp"

#include <arch/cpu.hpp>
#include <arch/irq.hpp>
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
    arch::copy_words(DirectMap::ptr_present<void>(to.address()), DirectMap::ptr_present<void>(from.address()),
                     arch::entries_per_table);
}

} // namespace

AddressSpaceCache::AddressSpaceCache(Scheme scheme, const KernelMap& kernel, FrameTable frames, Tlb& tlb,
                                     TableSource& tables)
    : scheme_(scheme), kernel_(kernel), frames_(frames), tlb_(tlb), tables_(tables),
      kernel_space_(TlbSpace::kernel_id, SpaceKey{}, kernel.pgd(), {}), workshop_(kernel, frames, tlb) {
    kernel_space_.cache_ = this;
}

AddressSpaceCache::~AddressSpaceCache() {
    kernel::ensure(spaces_.unlocked().empty(), "an address space outlives its cache");
    workshop_.close(tables_);
    cpus_.for_each([&](Cpu& cpu) {
        if (cpu.image_table) tables_.give_table(*cpu.image_table);
        if (cpu.pgd) tables_.give_table(*cpu.pgd);
    });
}

kernel::Result<PhysAddr> AddressSpaceCache::add_cpu(unsigned number) {
    Cpu& cpu = cpus_.of(number);
    TRY(workshop_.add_cpu(number, tables_));
    tlb_.set_first_space(number, kernel_space_);
    if (has_own_table(scheme_)) return kernel_.pgd().address();
    const Pfn pgd = TRY(tables_.take_table(Zero::Yes));
    cpu.pgd = pgd;
    const Pfn image = TRY(tables_.take_table(Zero::Yes));
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
    if (scheme_ == Scheme::Clone && members.size() > 1) return fail(Error::Unsupported);
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

kernel::Result<AddressSpace*> AddressSpaceCache::create(SpaceKey key, std::span<const SpaceMember> members) {
    Pfn pgd = kernel_.pgd();
    if (has_own_table(scheme_)) {
        pgd = TRY(tables_.take_table(Zero::Yes));
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
    auto* space = new (std::nothrow) AddressSpace(++last_id_, key, pgd, members);
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
    for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu) {
        kernel::ensure(!tlb_.is_used_by(cpu, space), "an address space ends while a CPU has it loaded");
    }
    destroy(space);
}

// --- loading -------------------------------------------------------------------------------------

SpaceLoad AddressSpaceCache::switch_tables(AddressSpace& next) {
    arch::select_counter_set(next.counter_set()); // the switch counts for whom it is made
    tlb_.prepare_load(next);
    if (!has_own_table(scheme_)) [[unlikely]]
        return switch_image(next);
    kernel::count(Event::Cr3Writes);
    if (tlb_.uses_pcids()) [[unlikely]]
        return load_with_pcid(next);
    return {.pgd = next.pgd().address().raw()};
}

SpaceLoad AddressSpaceCache::load_with_pcid(const AddressSpace& next) {
    return {.pgd = next.pgd().address().raw() | tlb_.choose_pcid()};
}

// Only the image and the rights differ, and what the TLB knows of the old image goes with the write to CR3.
SpaceLoad AddressSpaceCache::switch_image(const AddressSpace& next) {
    Cpu& cpu = cpus_.local();
    SpaceLoad load;
    PageTable& image = PageTree::at(*cpu.image_table);
    if (image.read(arch::namespace_image_entry) != next.image_entry()) {
        image.write(arch::namespace_image_entry, next.image_entry());
        kernel::count(Event::PageTableWrites);
        kernel::count(Event::ImageSwaps);
        load.pgd = cpu.pgd->address().raw();
    }
    if (scheme_ == Scheme::Keyed && cpu.key_rights != next.key_rights()) {
        cpu.key_rights =
            kernel::mutant(kernel::Mutant::KeepKeyRights) ? cpu.key_rights & next.key_rights() : next.key_rights();
        load = {.pgd = cpu.pgd->address().raw(), .key_rights = cpu.key_rights};
        kernel::count(Event::KeyRightsWrites);
    }
    if (load.pgd != 0) kernel::count(Event::Cr3Writes);
    return load;
}

void AddressSpaceCache::load(AddressSpace& next) {
    const arch::IrqGuard guard;
    const SpaceLoad load = prepare_switch(loaded(), next);
    if (load.pgd != 0) arch::load_pgd(load.pgd);
    if (load.key_rights != 0) arch::write_key_rights(load.key_rights);
    finish_switch();
}

bool AddressSpaceCache::stays_reachable(const void* address, const AddressSpace& next) {
    if (next.key() == loaded_here().key()) return true;
    const auto raw = reinterpret_cast<std::uintptr_t>(address);
    const unsigned slot = arch::slot_of(raw);
    if (slot - arch::window_first_slot < arch::window_slot_count) return false;
    // In a copy of the direct map an exclusive address looks like any other: the frame table knows.
    if (scheme_ != Scheme::Clone || slot != arch::direct_map_slot) return true;
    const Pfn frame = Pfn::of(DirectMap::to_phys(address));
    return !frames_.contains(frame) || !is_exclusive(frames_[frame].state);
}

// --- scopes --------------------------------------------------------------------------------------

AddressSpaceScope::AddressSpaceScope(AddressSpaceCache& cache, AddressSpace& space)
    : cache_(cache), previous_(&cache.loaded_here()) {
    kernel::ensure(cache.stays_reachable(this, space), "the stack would vanish with the address space it is in");
    cache_.load(space);
}

AddressSpaceScope::~AddressSpaceScope() { cache_.load(*previous_); }

} // namespace mm
