// SPDX-License-Identifier: MIT
#pragma once

#include <arch/cpu.hpp>
#include <array>
#include <cstddef>

namespace kernel {

/// One `T` for each CPU, each in cache lines of its own.
template <class T>
class PerCpu {
public:
    /// This CPU's instance. The caller keeps preemption off for as long as it uses the reference,
    /// unless T's operations are atomic.
    constexpr T& local() { return slots_[arch::cpu_id()].value; }
    constexpr const T& local() const { return slots_[arch::cpu_id()].value; }

    /// Another CPU's instance; what may be done to it is T's business.
    constexpr T& of(unsigned cpu) { return slots_[cpu].value; }
    constexpr const T& of(unsigned cpu) const { return slots_[cpu].value; }

    template <class Function>
    constexpr void for_each(Function&& function) {
        for (auto& slot : slots_) function(slot.value);
    }
    template <class Function>
    constexpr void for_each(Function&& function) const {
        for (const auto& slot : slots_) function(slot.value);
    }

private:
    struct alignas(64) Slot {
        T value{};
    };
    std::array<Slot, arch::max_cpus> slots_{};
};

} // namespace kernel
