// SPDX-License-Identifier: MIT
#include "arch/host/tlb_model.hpp"

namespace arch::host {

namespace {

/// The first address of what an entry at `level` spans around `address`.
std::uint64_t span_base(std::uint64_t address, Level level) { return address & ~(span_of(level) - 1); }

} // namespace

std::optional<TlbModel::Translation> TlbModel::translate(unsigned cpu_number, std::uint64_t address) {
    const std::lock_guard guard(lock_);
    Cpu& cpu = cpus_[cpu_number];
    const auto found = look_up(cpu, address);
    if (!found) return std::nullopt;
    const bool denied = (cpu.key_rights >> (2 * key_of(found->entry.flags())) & 1) != 0;
    return denied ? std::nullopt : found;
}

std::optional<TlbModel::Translation> TlbModel::look_up(Cpu& cpu, std::uint64_t address) {
    for (const Level level : {Level::Page4K, Level::Page2M, Level::Page1G}) {
        const std::uint64_t base = span_base(address, level);
        const auto found = cpu.pages.find(base);
        if (found != cpu.pages.end() && found->second.level == level) {
            return Translation{found->second.page + (address - base), found->second.entry, level, true};
        }
    }
    return walk(cpu, address);
}

std::optional<TlbModel::Translation> TlbModel::walk(Cpu& cpu, std::uint64_t address) {
    // Start from the lowest table whose address is cached, as the processor does.
    Level level = Level::Slot;
    std::uint64_t table = cpu.pgd & Pte::address_mask;
    for (const Level lower : {Level::Page4K, Level::Page2M, Level::Page1G}) {
        const auto known = cpu.tables.find({lower, span_base(address, above(lower))});
        if (known != cpu.tables.end()) {
            level = lower;
            table = known->second;
            break;
        }
    }
    for (;; level = below(level)) {
        const Pte entry{read_word_(table + 8 * index_of(mm::VirtAddr{address}, level))};
        if (!entry.present()) return std::nullopt; // what is not present is never cached
        if (entry.is_leaf(level)) {
            const std::uint64_t base = span_base(address, level);
            cpu.pages[base] = {entry.address().raw(), entry, level};
            return Translation{entry.address().raw() + (address - base), entry, level, false};
        }
        table = entry.address().raw();
        cpu.tables[{below(level), span_base(address, level)}] = table;
    }
}

std::uint64_t TlbModel::pgd(unsigned cpu) const {
    const std::lock_guard guard(lock_);
    return cpus_[cpu].pgd;
}

void TlbModel::load_pgd(unsigned cpu, std::uint64_t pgd) {
    const std::lock_guard guard(lock_);
    cpus_[cpu].pgd = pgd;
    cpus_[cpu].tables.clear();
    std::erase_if(cpus_[cpu].pages,
                  [](const auto& page) { return !page.second.entry.has(PteFlags::Global); });
}

void TlbModel::invalidate(unsigned cpu, std::uint64_t address) {
    const std::lock_guard guard(lock_);
    cpus_[cpu].tables.clear();
    for (const Level level : {Level::Page4K, Level::Page2M, Level::Page1G}) {
        const auto found = cpus_[cpu].pages.find(span_base(address, level));
        if (found != cpus_[cpu].pages.end() && found->second.level == level) {
            cpus_[cpu].pages.erase(found);
        }
    }
}

void TlbModel::flush_global(unsigned cpu) {
    const std::lock_guard guard(lock_);
    cpus_[cpu].tables.clear();
    cpus_[cpu].pages.clear();
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
