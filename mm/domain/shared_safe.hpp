// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "mm/domain/exclusive_ptr.hpp"

/// Shared kernel state is used in every address space, so it must never point into exclusive
/// memory. `SharedSafe<T>` says so at compile time: it looks through arrays and, field by field,
/// through aggregates, and is false as soon as it meets an ExclusivePtr. The state of a shared
/// class goes into an aggregate:
///
///     struct State { unsigned waiters; ExclusivePtr<Socket> socket; };
///     class WaitQueue { SharedState<State> state_; };   // does not compile
///
/// It looks at the object itself, not at what its plain pointers lead to, and takes a class that is
/// no aggregate on trust.
namespace mm {

template <class T>
consteval bool is_shared_safe();

template <class T>
concept SharedSafe = is_shared_safe<T>();

/// State of a shared object: a `T` that is known to hold no pointer into exclusive memory.
template <SharedSafe T>
using SharedState = T;

namespace detail {

/// Converts to whatever a field's type is.
struct AnyField {
    template <class T>
    constexpr operator T() const;
};

/// Converts to a field's type only if that is not shared-safe.
struct UnsafeField {
    template <class T>
        requires(!is_shared_safe<T>())
    constexpr operator T() const;
};

/// Whether T can be built of the fields I..., where field `probed` is an UnsafeField.
template <class T, std::size_t probed, std::size_t... I>
consteval bool takes_fields(std::index_sequence<I...>) {
    return requires { T{std::declval<std::conditional_t<I == probed, UnsafeField, AnyField>>()...}; };
}

inline constexpr std::size_t max_fields = 32;
inline constexpr std::size_t no_field = max_fields;

template <class T, std::size_t count>
consteval bool has_fields() {
    return takes_fields<T, no_field>(std::make_index_sequence<count>());
}

/// How many fields an aggregate has: the most initialisers that it takes.
template <class T, std::size_t count = max_fields>
consteval std::size_t field_count() {
    if constexpr (count == 0 || has_fields<T, count>()) {
        return count;
    } else {
        return field_count<T, count - 1>();
    }
}

template <class T>
consteval bool has_unsafe_field() {
    static_assert(!has_fields<T, max_fields + 1>(),
                  "more fields than SharedSafe looks at: nest some in a structure, use std::array");
    constexpr std::size_t count = field_count<T>();
    return []<std::size_t... I>(std::index_sequence<I...> fields) {
        return (takes_fields<T, I>(fields) || ...);
    }(std::make_index_sequence<count>());
}

template <class T>
inline constexpr bool is_exclusive_ptr = false;
template <class T>
inline constexpr bool is_exclusive_ptr<ExclusivePtr<T>> = true;

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;

} // namespace detail

template <class T>
consteval bool is_shared_safe() {
    if constexpr (detail::is_exclusive_ptr<T>) {
        return false;
    } else if constexpr (std::is_array_v<T>) {
        return is_shared_safe<std::remove_cv_t<std::remove_all_extents_t<T>>>();
    } else if constexpr (detail::is_std_array<T>) {
        return is_shared_safe<typename T::value_type>();
    } else if constexpr (std::is_aggregate_v<T> && !std::is_union_v<T>) {
        return !detail::has_unsafe_field<T>();
    } else {
        return true;
    }
}

} // namespace mm
