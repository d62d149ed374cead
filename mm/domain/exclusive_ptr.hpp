// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>

namespace mm {

/// A pointer into a domain's exclusive memory: it faults wherever the owner's window is not loaded.
/// A type of its own, so that shared structures, which are used in every address space, can be kept
/// from holding one (shared_safe.hpp). Exclusive structures and local variables may.
template <class T>
class ExclusivePtr {
public:
    constexpr ExclusivePtr() = default;
    constexpr ExclusivePtr(std::nullptr_t) {}
    explicit constexpr ExclusivePtr(T* raw) : raw_(raw) {}

    /// The plain pointer, to be used in the owner's context only.
    constexpr T* get() const { return raw_; }
    constexpr T& operator*() const { return *raw_; }
    constexpr T* operator->() const { return raw_; }
    constexpr T& operator[](std::size_t index) const { return raw_[index]; }
    explicit constexpr operator bool() const { return raw_ != nullptr; }
    constexpr auto operator<=>(const ExclusivePtr&) const = default;

    template <class U>
    ExclusivePtr<U> as() const {
        return ExclusivePtr<U>(reinterpret_cast<U*>(raw_));
    }

private:
    T* raw_ = nullptr;
};

} // namespace mm
