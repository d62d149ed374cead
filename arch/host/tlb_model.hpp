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

/// What INVPCID forgets, by its type (Intel SDM vol. 2A, INVPCID).
enum class Invpcid : std::uint8_t {
    Address = 0,      ///< one PCID's translation of one address, unless it is global
    Context = 1,      ///< one PCID's, but for global ones
    All = 2,          ///< everything
    AllNonGlobal = 3, ///< every PCID's, but for global ones
};

/// What the tagged TLBs and paging-structure caches of several CPUs may hold (Intel SDM vol. 3A, 4.10): it
/// never forgets more than an instruction promises, nor on its own, so a flush that is missing shows every
/// time, where hardware shows it on a bad day. Safe to use from several threads.
class TlbModel {
public:
    /// The 64-bit word at a physical address.
    using Word = std::function<std::uint64_t&(std::uint64_t physical)>;
    enum class Access : std::uint8_t { Read, Write };

    struct Translation {
        std::uint64_t physical; ///< of the byte asked for
        Pte entry;
        Level level;
        bool cached; ///< it came out of the TLB, whatever the tables say by now
    };

    explicit TlbModel(Word word) : word_(std::move(word)) {}

    /// Translates as CPU `cpu` does and remembers the result; nothing where the CPU would fault, because nothing is
    /// mapped or because of the page's protection key. For a write the leaf has to be writable, and Dirty: if it is cached
    /// without, the CPU walks to set that in the table, which is one step there, and faults if the entry has gone (4.8).
    std::optional<Translation> translate(unsigned cpu, std::uint64_t address, Access access = Access::Read);

    /// CR3 as it reads: table and PCID.
    std::uint64_t cr3(unsigned cpu) const;
    /// Writes CR3: drops what is cached under the PCID loaded, but for global pages, unless bit 63 is set.
    /// Without PCIDs there is one, 0. Precondition, where the processor raises #GP: no bit 63 without PCIDs.
    void load_cr3(unsigned cpu, std::uint64_t value);
    /// Sets CR4.PCIDE. Precondition, where the processor raises #GP: CR3 has PCID 0.
    void enable_pcids(unsigned cpu);
    /// INVLPG: drops the page at `address`, global or under the PCID in use, and that PCID's table pointers.
    void invalidate(unsigned cpu, std::uint64_t address);
    /// INVPCID. Precondition, where the processor raises #GP: a PCID other than 0 only where they are enabled.
    void invalidate_pcid(unsigned cpu, Invpcid type, std::uint16_t pcid = 0, std::uint64_t address = 0);
    /// Toggling CR4.PGE: drops everything.
    void flush_global(unsigned cpu) { invalidate_pcid(cpu, Invpcid::All); }

    /// IA32_PKRS, which is looked at on every access: it is not part of what a TLB holds.
    std::uint32_t key_rights(unsigned cpu) const;
    void set_key_rights(unsigned cpu, std::uint32_t rights);

    /// The number of translations that `cpu` holds, under any PCID.
    std::size_t held(unsigned cpu) const;

    /// Calls fn(virtual address, entry, level) for each translation that `cpu` may use without a walk now.
    template <class Function>
    void for_each_usable(unsigned cpu, Function&& fn) const {
        const std::lock_guard guard(lock_);
        for (const auto& [key, page] : cpus_[cpu].pages) {
            if (key.tag == global || key.tag == cpus_[cpu].pcid()) fn(key.address, page.entry, page.level);
        }
    }

    /// Calls fn(virtual address) for each translation that `cpu` holds, usable now or not.
    template <class Function>
    void for_each_held(unsigned cpu, Function&& fn) const {
        const std::lock_guard guard(lock_);
        for (const auto& [key, page] : cpus_[cpu].pages) fn(key.address);
    }

private:
    /// Under which PCID something is cached. Global pages are found under any.
    using Tag = std::uint16_t;
    static constexpr Tag global = 0xffff;

    struct PageKey {
        Tag tag;
        std::uint64_t address; ///< of the page's first byte
        auto operator<=>(const PageKey&) const = default;
    };
    struct Page {
        Pte entry;
        Level level;
    };
    struct TableKey {
        Tag tag;
        Level level;           ///< of the table
        std::uint64_t address; ///< of the first byte that it spans
        auto operator<=>(const TableKey&) const = default;
    };
    struct Cpu {
        std::uint64_t cr3 = 0;
        bool pcids = false;
        std::uint32_t key_rights = deny_all_keys;
        std::map<PageKey, Page> pages;
        std::map<TableKey, std::uint64_t> tables; ///< table pointers read on the way to a leaf

        Tag pcid() const { return pcids ? static_cast<Tag>(cr3 & 0xfff) : Tag{0}; }
        void drop_context(Tag tag);
        void drop_page(Tag tag, std::uint64_t address);
    };

    std::optional<Translation> look_up(Cpu& cpu, std::uint64_t address, Access access);
    std::optional<Translation> walk(Cpu& cpu, std::uint64_t address, Access access);
    Pte read(std::uint64_t physical) const;
    Pte read_leaf(std::uint64_t physical, Access access) const;

    Word word_;
    mutable std::mutex lock_;
    std::array<Cpu, max_cpus> cpus_;
};

} // namespace arch::host
