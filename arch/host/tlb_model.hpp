// SPDX-License-Identifier: MIT
#pragma once

#include <arch/cpu.hpp>
#include <arch/protection_keys.hpp>
#include <arch/pte.hpp>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

namespace arch::host {

/// What the TLBs and paging-structure caches of several CPUs may hold (Intel SDM vol. 3A, 4.10): it
/// never forgets on its own, so a flush that is missing shows every time, where hardware shows it on a
/// bad day. Safe to use from several threads.
class TlbModel {
public:
    /// Reads the 64-bit word at a physical address.
    using ReadWord = std::function<std::uint64_t(std::uint64_t physical)>;

    struct Translation {
        std::uint64_t physical;  ///< of the byte asked for
        Pte entry;
        Level level;
        bool cached;  ///< it came out of the TLB, whatever the tables say by now
    };

    explicit TlbModel(ReadWord read_word) : read_word_(std::move(read_word)) {}

    /// Translates as CPU `cpu` does and remembers the result; nothing where the CPU would fault, because nothing is
    /// mapped or because of the page's protection key.
    std::optional<Translation> translate(unsigned cpu, std::uint64_t address);

    std::uint64_t pgd(unsigned cpu) const;
    /// CR3: drops what is not global, and all cached table pointers.
    void load_pgd(unsigned cpu, std::uint64_t pgd);
    /// INVLPG: drops the page at `address`, and all cached table pointers.
    void invalidate(unsigned cpu, std::uint64_t address);
    /// Toggling CR4.PGE: drops everything.
    void flush_global(unsigned cpu);

    /// IA32_PKRS, which is looked at on every access: it is not part of what a TLB holds.
    std::uint32_t key_rights(unsigned cpu) const;
    void set_key_rights(unsigned cpu, std::uint32_t rights);

    /// The number of translations that `cpu` holds.
    std::size_t held(unsigned cpu) const;

private:
    struct Entry {
        std::uint64_t page;  ///< physical
        Pte entry;
        Level level;
    };
    struct Cpu {
        std::uint64_t pgd = 0;
        std::uint32_t key_rights = deny_all_keys;
        std::map<std::uint64_t, Entry> pages;  ///< by virtual address of the page's first byte
        /// Table pointers read on the way to a leaf, by level of the table and what it spans.
        std::map<std::pair<Level, std::uint64_t>, std::uint64_t> tables;
    };

    std::optional<Translation> look_up(Cpu& cpu, std::uint64_t address);
    std::optional<Translation> walk(Cpu& cpu, std::uint64_t address);

    ReadWord read_word_;
    mutable std::mutex lock_;
    std::array<Cpu, max_cpus> cpus_;
};

} // namespace arch::host
