// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "mm/domain_id.hpp"
#include "mm/tlb/window_holders.hpp"

namespace mm {

/// What the TLBs know of an address space: its name, and the windows whose translations it brings. It
/// lives as long as the address space, which is longer than any CPU has it loaded.
class TlbSpace {
public:
    /// The generations of an address space's windows at one time, in the order of windows().
    using Generations = std::array<std::uint64_t, domain_kinds>;

    /// The name of the kernel's own address space.
    static constexpr std::uint64_t kernel_id = 0;

    /// `id` names no other address space, now or ever: a PCID may outlive the one that it was given to.
    explicit constexpr TlbSpace(std::uint64_t id) : id_(id) {}

    void add(WindowHolders& window) { windows_[count_++] = &window; }

    std::uint64_t id() const { return id_; }
    std::span<WindowHolders* const> windows() const { return std::span(windows_).first(count_); }
    bool contains(const WindowHolders& window) const {
        for (const WindowHolders* mine : windows()) {
            if (mine == &window) return true;
        }
        return false;
    }

    Generations generations() const {
        Generations now{};
        for (std::size_t i = 0; i < count_; ++i) now[i] = windows_[i]->generation();
        return now;
    }

private:
    std::uint64_t id_;
    std::size_t count_ = 0;
    std::array<WindowHolders*, domain_kinds> windows_{};
};

} // namespace mm
