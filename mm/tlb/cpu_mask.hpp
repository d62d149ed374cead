// SPDX-License-Identifier: MIT
#pragma once

#include <arch/cpu.hpp>
#include <atomic>
#include <cstdint>

namespace mm {

/// A set of CPUs, by number.
class CpuMask {
public:
    constexpr CpuMask() = default;
    explicit constexpr CpuMask(std::uint32_t bits) : bits_(bits) {}
    static constexpr CpuMask only(unsigned cpu) { return CpuMask{std::uint32_t{1} << cpu}; }
    static constexpr CpuMask all() { return CpuMask{~std::uint32_t{0}}; }

    constexpr std::uint32_t raw() const { return bits_; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool contains(unsigned cpu) const { return (bits_ >> cpu & 1) != 0; }
    friend constexpr CpuMask operator|(CpuMask a, CpuMask b) { return CpuMask{a.bits_ | b.bits_}; }
    friend constexpr CpuMask operator&(CpuMask a, CpuMask b) { return CpuMask{a.bits_ & b.bits_}; }
    constexpr CpuMask without(unsigned cpu) const { return CpuMask{bits_ & ~(std::uint32_t{1} << cpu)}; }
    constexpr bool operator==(const CpuMask&) const = default;

private:
    std::uint32_t bits_ = 0;
};

static_assert(arch::max_cpus <= 32);

/// A set of CPUs that changes while others read it.
class SharedCpuMask {
public:
    constexpr SharedCpuMask() = default;
    explicit constexpr SharedCpuMask(CpuMask initial) : bits_(initial.raw()) {}

    CpuMask load() const { return CpuMask{bits_.load(std::memory_order_acquire)}; }

    // Ordering: sequentially consistent. A CPU adds itself before it loads a page table; whoever clears
    // an entry reads the set after a fence. So either the CPU is seen, or it sees the cleared entry.
    void add(unsigned cpu) { bits_.fetch_or(CpuMask::only(cpu).raw()); }
    /// Whether it was this call that took the CPU out.
    bool take(unsigned cpu) {
        const std::uint32_t bit = CpuMask::only(cpu).raw();
        return (bits_.fetch_and(~bit) & bit) != 0;
    }
    void remove(unsigned cpu) { bits_.fetch_and(~CpuMask::only(cpu).raw()); }

private:
    std::atomic<std::uint32_t> bits_ = 0;
};

} // namespace mm
