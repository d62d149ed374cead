// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

#include "mm/addr.hpp"

namespace mm {

class Memory;

/// Owns one block of shared frames, which are in the direct map; frees it when it goes out of
/// scope.
class [[nodiscard]] OwnedPages {
public:
    constexpr OwnedPages() = default;
    OwnedPages(Memory& memory, Pfn first, Order order) : memory_(&memory), first_(first), order_(order) {}
    OwnedPages(OwnedPages&& other) noexcept { swap(other); }
    OwnedPages& operator=(OwnedPages&& other) noexcept {
        OwnedPages(std::move(other)).swap(*this);
        return *this;
    }
    OwnedPages(const OwnedPages&) = delete;
    OwnedPages& operator=(const OwnedPages&) = delete;
    ~OwnedPages() {
        if (memory_ != nullptr) [[likely]]
            reset();
    }

    explicit operator bool() const { return memory_ != nullptr; }
    /// Precondition of all below: not empty.
    Pfn first() const { return first_; }
    Order order() const { return order_; }
    PhysRange range() const { return PhysRange::of(first_, order_); }
    std::byte* address() const;

    /// Frees the block now. Thread context.
    void reset();
    /// Ends this object's ownership: the caller frees with Memory::free_block.
    Pfn release() { return std::exchange(memory_, nullptr), first_; }
    void swap(OwnedPages& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(first_, other.first_);
        std::swap(order_, other.order_);
    }

private:
    Memory* memory_ = nullptr;
    Pfn first_;
    Order order_;
};

} // namespace mm
