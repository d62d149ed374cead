// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace mm {

inline constexpr unsigned page_shift = 12;
inline constexpr std::uint64_t page_size = std::uint64_t{1} << page_shift;

/// What fresh memory must hold. An enum, so that a call site says which.
enum class Zero : bool { No, Yes };

/// A count of 4 KiB pages; never a count of bytes.
struct PageCount {
    constexpr PageCount() = default;
    explicit constexpr PageCount(std::uint64_t count) : count_(count) {}
    /// The pages that `bytes` need, rounded up.
    static constexpr PageCount for_bytes(std::uint64_t bytes) {
        return PageCount{(bytes + page_size - 1) >> page_shift};
    }
    constexpr std::uint64_t raw() const { return count_; }
    constexpr std::uint64_t bytes() const { return count_ << page_shift; }
    constexpr auto operator<=>(const PageCount&) const = default;
    friend constexpr PageCount operator+(PageCount a, PageCount b) { return PageCount{a.count_ + b.count_}; }
    friend constexpr PageCount operator-(PageCount a, PageCount b) { return PageCount{a.count_ - b.count_}; }

private:
    std::uint64_t count_ = 0;
};

/// The binary logarithm of a block's size in pages: order 0 is 4 KiB, order 9 is 2 MiB.
struct Order {
    constexpr Order() = default;
    explicit constexpr Order(unsigned order) : order_(static_cast<std::uint8_t>(order)) {}
    /// The smallest order whose block holds `bytes`. Precondition: bytes > 0.
    static constexpr Order for_bytes(std::uint64_t bytes) {
        return Order{static_cast<unsigned>(std::bit_width(PageCount::for_bytes(bytes).raw() - 1))};
    }
    constexpr unsigned raw() const { return order_; }
    constexpr PageCount pages() const { return PageCount{std::uint64_t{1} << order_}; }
    constexpr std::uint64_t bytes() const { return page_size << order_; }
    constexpr auto operator<=>(const Order&) const = default;

private:
    std::uint8_t order_ = 0;
};

inline constexpr Order order_4k{0};
inline constexpr Order order_2m{9};
inline constexpr Order order_1g{18};
inline constexpr Order max_order{10};

/// What the two kinds of address have in common; `Tag` keeps them apart.
template <class Tag>
class Address {
public:
    constexpr Address() = default;
    explicit constexpr Address(std::uint64_t raw) : raw_(raw) {}
    constexpr std::uint64_t raw() const { return raw_; }
    constexpr std::uint64_t page_offset() const { return raw_ & (page_size - 1); }
    /// Rounds down or up to a multiple of `alignment` bytes. Precondition: a power of two.
    constexpr Address align_down(std::uint64_t alignment) const { return Address{raw_ & ~(alignment - 1)}; }
    constexpr Address align_up(std::uint64_t alignment) const {
        return Address{(raw_ + alignment - 1) & ~(alignment - 1)};
    }
    constexpr bool is_aligned(std::uint64_t alignment) const { return (raw_ & (alignment - 1)) == 0; }
    constexpr auto operator<=>(const Address&) const = default;
    friend constexpr Address operator+(Address a, std::uint64_t bytes) { return Address{a.raw_ + bytes}; }
    friend constexpr Address operator-(Address a, std::uint64_t bytes) { return Address{a.raw_ - bytes}; }
    friend constexpr std::uint64_t operator-(Address a, Address b) { return a.raw_ - b.raw_; }
    constexpr Address& operator+=(std::uint64_t bytes) {
        raw_ += bytes;
        return *this;
    }

private:
    std::uint64_t raw_ = 0;
};

/// A physical address, in bytes. Only mm::DirectMap turns one into a pointer.
using PhysAddr = Address<struct PhysTag>;
/// A virtual address, in bytes; canonical on x86-64.
using VirtAddr = Address<struct VirtTag>;

/// The number of a 4 KiB physical frame.
struct Pfn {
    constexpr Pfn() = default;
    explicit constexpr Pfn(std::uint64_t number) : number_(static_cast<std::uint32_t>(number)) {}
    static constexpr Pfn of(PhysAddr address) { return Pfn{address.raw() >> page_shift}; }
    constexpr std::uint32_t raw() const { return number_; }
    constexpr PhysAddr address() const { return PhysAddr{std::uint64_t{number_} << page_shift}; }
    constexpr auto operator<=>(const Pfn&) const = default;
    friend constexpr Pfn operator+(Pfn pfn, PageCount pages) { return Pfn{pfn.number_ + pages.raw()}; }
    friend constexpr PageCount operator-(Pfn a, Pfn b) { return PageCount{std::uint64_t{a.number_} - b.number_}; }

private:
    std::uint32_t number_ = 0;
};

/// Half-open: [begin, end) in bytes.
struct PhysRange {
    PhysAddr begin; ///< inclusive
    PhysAddr end;   ///< exclusive
    static constexpr PhysRange of(Pfn first, Order order) { return {first.address(), first.address() + order.bytes()}; }
    constexpr std::uint64_t bytes() const { return end - begin; }
    constexpr bool empty() const { return !(begin < end); }
    constexpr bool contains(PhysAddr a) const { return begin <= a && a < end; }
    constexpr bool operator==(const PhysRange&) const = default;
};

static_assert(!std::convertible_to<PhysAddr, VirtAddr> && !std::convertible_to<VirtAddr, PhysAddr>);
static_assert(!std::convertible_to<std::uint64_t, PhysAddr> && !std::convertible_to<PhysAddr, Pfn>);
static_assert(Order::for_bytes(1).raw() == 0 && Order::for_bytes(4097).raw() == 1);
static_assert(order_2m.bytes() == 2 * 1024 * 1024 && order_1g.bytes() == 1024 * 1024 * 1024);
static_assert(Pfn::of(PhysAddr{0x1234567}).address() == PhysAddr{0x1234000});
static_assert(PhysAddr{0x1fff}.align_up(page_size) == PhysAddr{0x2000});

} // namespace mm
