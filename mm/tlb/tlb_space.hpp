// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "mm/domain_id.hpp"
#include "mm/tlb/window_holders.hpp"

namespace mm {

/// What the TLBs know of an address space: its name, and the windows whose translations it brings. It
/// lives as long as the address space, which is longer than any CPU has it loaded.
class TlbSpace {
public:
    /// The windows, by kind; null where there is none. Two spaces differ in a kind, or share its window.
    using Windows = std::array<WindowHolders*, domain_kinds>;
    /// Their generations at one time, by kind.
    using Generations = std::array<std::uint64_t, domain_kinds>;

    /// The name of the kernel's own address space.
    static constexpr std::uint64_t kernel_id = 0;

    /// `id` names no other address space, now or ever: a PCID may outlive the one that it was given to.
    explicit constexpr TlbSpace(std::uint64_t id) : id_(id) {}

    void add(DomainKind kind, WindowHolders& window) { windows_[std::to_underlying(kind)] = &window; }

    std::uint64_t id() const { return id_; }
    const Windows& windows() const { return windows_; }
    bool contains(const WindowHolders& window) const {
        for (const WindowHolders* mine : windows_) {
            if (mine == &window) return true;
        }
        return false;
    }

    Generations generations() const {
        Generations now{};
        for (std::size_t kind = 0; kind < domain_kinds; ++kind) {
            if (windows_[kind] != nullptr) now[kind] = windows_[kind]->generation();
        }
        return now;
    }

private:
    std::uint64_t id_;
    Windows windows_{};
};

} // namespace mm
