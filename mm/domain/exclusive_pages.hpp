// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

#include "mm/addr.hpp"
#include "mm/domain/exclusive_ptr.hpp"

namespace mm {

class Domain;

/// Owns one block of a domain's exclusive frames; gives it back when it goes out of scope. Holds
/// frame numbers and no exclusive pointer, so shared structures (a task, for its stack) may keep
/// one.
class [[nodiscard]] ExclusivePages {
public:
    constexpr ExclusivePages() = default;
    ExclusivePages(Domain& domain, Pfn first, Order order) : domain_(&domain), first_(first), order_(order) {}
    ExclusivePages(ExclusivePages&& other) noexcept { swap(other); }
    ExclusivePages& operator=(ExclusivePages&& other) noexcept {
        ExclusivePages(std::move(other)).swap(*this);
        return *this;
    }
    ExclusivePages(const ExclusivePages&) = delete;
    ExclusivePages& operator=(const ExclusivePages&) = delete;
    ~ExclusivePages() { reset(); }

    explicit operator bool() const { return domain_ != nullptr; }
    /// Precondition of all below: not empty.
    Domain& domain() const { return *domain_; }
    Pfn first() const { return first_; }
    Order order() const { return order_; }
    PhysRange range() const { return PhysRange::of(first_, order_); }
    /// Where the owner sees the block; anybody else faults there.
    ExclusivePtr<std::byte> address() const { return ExclusivePtr<std::byte>(raw_address()); }

    /// Gives the block back to its domain now, which may keep it for its next allocation; it is zeroed before it leaves
    /// the domain. Thread context, no spin lock of rank Domain or
    /// above.
    void reset();
    /// Ends this object's ownership: the frames remain the domain's, under the caller's care.
    Pfn release() { return std::exchange(domain_, nullptr), first_; }
    void swap(ExclusivePages& other) noexcept {
        std::swap(domain_, other.domain_);
        std::swap(first_, other.first_);
        std::swap(order_, other.order_);
    }

private:
    std::byte* raw_address() const;

    Domain* domain_ = nullptr;
    Pfn first_;
    Order order_;
};

} // namespace mm
