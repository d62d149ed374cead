// SPDX-License-Identifier: MIT
#pragma once

#include "mm/addr.hpp"

#include <cstdint>

/// Page-table entries of x86-64's four-level paging (Intel SDM vol. 3A, 4.5). Pure arithmetic: the
/// host's software page tables use this same header.
namespace arch {

/// Which table an entry stands in, named after what one entry of it spans.
enum class Level : std::uint8_t { Page4K = 0, Page2M = 1, Page1G = 2, Slot = 3 };

inline constexpr unsigned entries_per_table = 512;
inline constexpr unsigned index_bits = 9;

constexpr unsigned raw(Level level) { return static_cast<unsigned>(level); }
/// The level below. Precondition: not Page4K.
constexpr Level below(Level level) { return static_cast<Level>(raw(level) - 1); }
/// The level above. Precondition: not Slot.
constexpr Level above(Level level) { return static_cast<Level>(raw(level) + 1); }
/// The bytes that one entry of a table at this level spans.
constexpr std::uint64_t span_of(Level level) { return mm::page_size << (index_bits * raw(level)); }
/// The buddy order of a leaf at this level. Precondition: not Slot.
constexpr mm::Order order_of(Level level) { return mm::Order{index_bits * raw(level)}; }
/// The entry of the table at `level` that translates `address`.
constexpr unsigned index_of(mm::VirtAddr address, Level level) {
    return static_cast<unsigned>(address.raw() / span_of(level)) & (entries_per_table - 1);
}

/// Attributes of a mapping. `Pte` adds what depends on the level.
enum class PteFlags : std::uint64_t {
    None = 0,
    Present = 1u << 0,
    Writable = 1u << 1,
    User = 1u << 2,
    WriteThrough = 1u << 3,
    CacheDisable = 1u << 4,
    Accessed = 1u << 5,
    Dirty = 1u << 6,
    Large = 1u << 7,  ///< a leaf at Page2M or Page1G
    Global = 1u << 8, ///< survives a CR3 write; ignored by the CPU unless CR4.PGE
    NoExecute = std::uint64_t{1} << 63,
};

/// A leaf's protection key stands in bits 62:59 (4.6.2); key 0 is everybody's.
inline constexpr unsigned key_shift = 59;
inline constexpr unsigned key_count = 16;
constexpr PteFlags key_flags(unsigned key) { return static_cast<PteFlags>(std::uint64_t{key} << key_shift); }
constexpr unsigned key_of(PteFlags flags) {
    return static_cast<unsigned>(static_cast<std::uint64_t>(flags) >> key_shift) & (key_count - 1);
}

constexpr PteFlags operator|(PteFlags a, PteFlags b) {
    return static_cast<PteFlags>(static_cast<std::uint64_t>(a) | static_cast<std::uint64_t>(b));
}
constexpr PteFlags operator&(PteFlags a, PteFlags b) {
    return static_cast<PteFlags>(static_cast<std::uint64_t>(a) & static_cast<std::uint64_t>(b));
}
constexpr PteFlags without(PteFlags flags, PteFlags removed) {
    return static_cast<PteFlags>(static_cast<std::uint64_t>(flags) & ~static_cast<std::uint64_t>(removed));
}

inline constexpr PteFlags read_only = PteFlags::NoExecute;
inline constexpr PteFlags read_write = PteFlags::Writable | PteFlags::NoExecute;
inline constexpr PteFlags read_execute = PteFlags::None;
/// Device registers: uncached, whatever the MTRRs say.
inline constexpr PteFlags device_memory = read_write | PteFlags::CacheDisable | PteFlags::WriteThrough;

/// One entry. An entry that is not present is all zero: it holds no frame number.
class Pte {
public:
    static constexpr std::uint64_t address_mask = 0x000f'ffff'ffff'f000;

    constexpr Pte() = default;
    explicit constexpr Pte(std::uint64_t bits) : bits_(bits) {}

    /// An entry that points to the next table. Rights are decided at the leaf.
    static constexpr Pte table(mm::PhysAddr page) {
        return Pte{page.raw() | bits(PteFlags::Present | PteFlags::Writable | PteFlags::Accessed)};
    }
    /// A leaf at `level`. Accessed and Dirty are set from the start, so the CPU does not write into
    /// the table; clean() undoes the second. Precondition: `frame` is aligned to the level's span; level is not Slot.
    static constexpr Pte leaf(mm::PhysAddr frame, PteFlags flags, Level level) {
        const PteFlags size = level == Level::Page4K ? PteFlags::None : PteFlags::Large;
        return Pte{frame.raw() | bits(flags | size | PteFlags::Present | PteFlags::Accessed | PteFlags::Dirty)};
    }

    /// The same leaf, but the CPU will note in it that the memory was written to.
    constexpr Pte clean() const { return Pte{bits_ & ~bits(PteFlags::Dirty)}; }
    /// The same leaf as the CPU leaves it after a write.
    constexpr Pte written() const { return Pte{bits_ | bits(PteFlags::Dirty)}; }

    /// The same leaf for the memory behind it. Precondition: a leaf of a table at `level`.
    constexpr Pte next(Level level) const { return Pte{bits_ + span_of(level)}; }

    constexpr std::uint64_t raw() const { return bits_; }
    constexpr bool present() const { return has(PteFlags::Present); }
    constexpr bool has(PteFlags flag) const { return (bits_ & bits(flag)) != 0; }
    /// Whether a present entry of a table at `level` maps memory rather than a further table.
    constexpr bool is_leaf(Level level) const { return level == Level::Page4K || has(PteFlags::Large); }
    /// The frame or the table that a present entry points to.
    constexpr mm::PhysAddr address() const { return mm::PhysAddr{bits_ & address_mask}; }
    /// The attributes given to `leaf()`, without what it added.
    constexpr PteFlags flags() const {
        return static_cast<PteFlags>(bits_ & bits(PteFlags::Writable | PteFlags::User | PteFlags::WriteThrough |
                                                  PteFlags::CacheDisable | PteFlags::Global | PteFlags::NoExecute |
                                                  key_flags(key_count - 1)));
    }
    constexpr bool operator==(const Pte&) const = default;

private:
    static constexpr std::uint64_t bits(PteFlags flags) { return static_cast<std::uint64_t>(flags); }
    std::uint64_t bits_ = 0;
};

static_assert(sizeof(Pte) == 8);
static_assert(span_of(Level::Page2M) == 2 * 1024 * 1024 && order_of(Level::Page1G) == mm::order_1g);
static_assert(index_of(mm::VirtAddr{0xffff'ffff'8010'0000}, Level::Slot) == 511);
static_assert(index_of(mm::VirtAddr{0xffff'ffff'8010'0000}, Level::Page1G) == 510);
static_assert(index_of(mm::VirtAddr{0xffff'ffff'8010'0000}, Level::Page4K) == 256);
static_assert(Pte::leaf(mm::PhysAddr{0x200000}, read_write, Level::Page2M).address() == mm::PhysAddr{0x200000});
static_assert(Pte::leaf(mm::PhysAddr{0x200000}, read_write, Level::Page2M).flags() == read_write);
static_assert(key_of(Pte::leaf(mm::PhysAddr{0x1000}, read_write | key_flags(11), Level::Page4K).flags()) == 11);
static_assert(Pte::leaf(mm::PhysAddr{0x1000}, read_write, Level::Page4K).next(Level::Page4K) ==
              Pte::leaf(mm::PhysAddr{0x2000}, read_write, Level::Page4K));
static_assert(!Pte{}.present());

} // namespace arch
