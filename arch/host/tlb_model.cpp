// SPDX-License-Identifier: MIT
#include "arch/host/tlb_model.hpp"

#include <arch/pgd.hpp>
#include <atomic>

#include "kernel/base/assert.hpp"

namespace arch::host {

namespace {

constexpr std::array leaf_levels{Level::Page4K, Level::Page2M, Level::Page1G};

/// The first address of what an entry at `level` spans around `address`.
std::uint64_t span_base(std::uint64_t address, Level level) { return address & ~(span_of(level) - 1); }

} // namespace

std::optional<TlbModel::Translation> TlbModel::translate(unsigned cpu_number, std::uint64_t address, Access access) {
    const std::lock_guard guard(lock_);
    Cpu& cpu = cpus_[cpu_number];
    const auto found = look_up(cpu, address, access);
    if (!found || (access == Access::Write && !found->entry.has(PteFlags::Writable))) return std::nullopt;
    const bool denied = (cpu.key_rights >> (2 * key_of(found->entry.flags())) & 1) != 0;
    return denied ? std::nullopt : found;
}

std::optional<TlbModel::Translation> TlbModel::look_up(Cpu& cpu, std::uint64_t address, Access access) {
    for (const Tag tag : {cpu.pcid(), global}) {
        for (const Level level : leaf_levels) {
            const std::uint64_t base = span_base(address, level);
            const auto found = cpu.pages.find({tag, base});
            if (found == cpu.pages.end() || found->second.level != level) continue;
            const Pte entry = found->second.entry;
            if (access == Access::Write && !entry.has(PteFlags::Dirty)) {
                cpu.pages.erase(found);
                continue;
            }
            return Translation{entry.address().raw() + (address - base), entry, level, true};
        }
    }
    return walk(cpu, address, access);
}

Pte TlbModel::read(std::uint64_t physical) const {
    return Pte{std::atomic_ref(word_(physical)).load(std::memory_order_acquire)};
}

/// A leaf, as it is when the CPU has noted the write in it.
Pte TlbModel::read_leaf(std::uint64_t physical, Access access) const {
    const std::atomic_ref word(word_(physical));
    std::uint64_t entry = word.load(std::memory_order_acquire);
    while (access == Access::Write && Pte{entry}.present() && Pte{entry}.has(PteFlags::Writable)) {
        if (word.compare_exchange_weak(entry, Pte{entry}.written().raw())) return Pte{entry}.written();
    }
    return Pte{entry};
}

std::optional<TlbModel::Translation> TlbModel::walk(Cpu& cpu, std::uint64_t address, Access access) {
    // Start from the lowest table whose address is cached, as the processor does.
    Level level = Level::Slot;
    std::uint64_t table = cpu.cr3 & Pte::address_mask;
    for (const Level lower : leaf_levels) {
        const auto known = cpu.tables.find({cpu.pcid(), lower, span_base(address, above(lower))});
        if (known != cpu.tables.end()) {
            level = lower;
            table = known->second;
            break;
        }
    }
    for (;; level = below(level)) {
        const std::uint64_t place = table + 8 * index_of(mm::VirtAddr{address}, level);
        Pte entry = read(place);
        if (entry.present() && entry.is_leaf(level)) entry = read_leaf(place, access);
        if (!entry.present()) return std::nullopt; // what is not present is never cached
        if (entry.is_leaf(level)) {
            const std::uint64_t base = span_base(address, level);
            cpu.pages[{entry.has(PteFlags::Global) ? global : cpu.pcid(), base}] = {entry, level};
            return Translation{entry.address().raw() + (address - base), entry, level, false};
        }
        table = entry.address().raw();
        cpu.tables[{cpu.pcid(), below(level), span_base(address, level)}] = table;
    }
}

void TlbModel::Cpu::drop_context(Tag tag) {
    std::erase_if(pages, [&](const auto& page) { return page.first.tag == tag; });
    std::erase_if(tables, [&](const auto& table) { return table.first.tag == tag; });
}

void TlbModel::Cpu::drop_page(Tag tag, std::uint64_t address) {
    for (const Level level : leaf_levels) {
        const auto found = pages.find({tag, span_base(address, level)});
        if (found != pages.end() && found->second.level == level) pages.erase(found);
    }
}

std::uint64_t TlbModel::cr3(unsigned cpu) const {
    const std::lock_guard guard(lock_);
    return cpus_[cpu].cr3;
}

void TlbModel::load_cr3(unsigned cpu_number, std::uint64_t value) {
    const std::lock_guard guard(lock_);
    Cpu& cpu = cpus_[cpu_number];
    const bool keeps = (value & keep_translations) != 0;
    kernel::ensure(cpu.pcids || !keeps, "general protection: CR3 bit 63 without PCIDs");
    cpu.cr3 = value & ~keep_translations;
    if (!keeps) cpu.drop_context(cpu.pcid());
}

void TlbModel::enable_pcids(unsigned cpu_number) {
    const std::lock_guard guard(lock_);
    Cpu& cpu = cpus_[cpu_number];
    kernel::ensure((cpu.cr3 & 0xfff) == 0, "general protection: PCIDs enabled while CR3 has one");
    cpu.pcids = true;
}

void TlbModel::invalidate(unsigned cpu_number, std::uint64_t address) {
    const std::lock_guard guard(lock_);
    Cpu& cpu = cpus_[cpu_number];
    cpu.drop_page(cpu.pcid(), address);
    cpu.drop_page(global, address);
    std::erase_if(cpu.tables, [&](const auto& table) { return table.first.tag == cpu.pcid(); });
}

void TlbModel::invalidate_pcid(unsigned cpu_number, Invpcid type, std::uint16_t pcid, std::uint64_t address) {
    const std::lock_guard guard(lock_);
    Cpu& cpu = cpus_[cpu_number];
    kernel::ensure(cpu.pcids || pcid == 0, "general protection: INVPCID of a PCID without PCIDs");
    switch (type) {
    case Invpcid::Address:
        cpu.drop_page(pcid, address);
        std::erase_if(cpu.tables, [&](const auto& table) {
            return table.first.tag == pcid && table.first.address == span_base(address, above(table.first.level));
        });
        return;
    case Invpcid::Context:
        return cpu.drop_context(pcid);
    case Invpcid::All:
        cpu.pages.clear();
        cpu.tables.clear();
        return;
    case Invpcid::AllNonGlobal:
        std::erase_if(cpu.pages, [](const auto& page) { return page.first.tag != global; });
        cpu.tables.clear();
        return;
    }
}

std::uint32_t TlbModel::key_rights(unsigned cpu) const {
    const std::lock_guard guard(lock_);
    return cpus_[cpu].key_rights;
}

void TlbModel::set_key_rights(unsigned cpu, std::uint32_t rights) {
    const std::lock_guard guard(lock_);
    cpus_[cpu].key_rights = rights;
}

std::size_t TlbModel::held(unsigned cpu) const {
    const std::lock_guard guard(lock_);
    return cpus_[cpu].pages.size();
}

} // namespace arch::host
