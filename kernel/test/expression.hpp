// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <format>
#include <string_view>
#include <type_traits>
#include <utility>

/// Takes `a == b` apart inside a CHECK, so that a failure can show both values.
namespace kernel::test {

/// The outcome of one CHECK; the texts are empty if the values cannot be shown.
struct Verdict {
    bool holds = false;
    std::string_view relation{};
    std::array<char, 48> left{};
    std::array<char, 48> right{};

    explicit operator bool() const { return holds; }
};

/// Writes `value` for a reader, as far as it fits.
template <class T>
void describe(std::array<char, 48>& out, const T& value) {
    const auto last = static_cast<std::ptrdiff_t>(out.size() - 1);
    if constexpr (std::is_enum_v<T>) {
        std::format_to_n(out.data(), last, "{}", static_cast<std::int64_t>(std::to_underlying(value)));
    } else if constexpr (std::same_as<T, bool>) {
        std::format_to_n(out.data(), last, "{}", value);
    } else if constexpr (std::integral<T>) {
        std::format_to_n(out.data(), last, "{0} ({0:#x})", value);
    } else if constexpr (std::is_pointer_v<T> && !std::convertible_to<T, std::string_view>) {
        std::format_to_n(out.data(), last, "{:#x}", reinterpret_cast<std::uintptr_t>(value));
    } else if constexpr (std::convertible_to<T, std::string_view>) {
        std::format_to_n(out.data(), last, "\"{}\"", std::string_view(value));
    } else if constexpr (requires {
                             { value.raw() } -> std::integral;
                         }) {
        std::format_to_n(out.data(), last, "{0} ({0:#x})", value.raw());
    } else {
        std::format_to_n(out.data(), last, "?");
    }
}

// A literal on the right is an `int` by the time it gets here, and no longer known to be harmless.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wsign-compare"

/// The left-hand side, waiting for a comparison.
template <class L>
class Operand {
public:
    explicit Operand(const L& left) : left_(left) {}

    template <class R>
    Verdict operator==(const R& right) const {
        return compare(left_ == right, "==", right);
    }
    template <class R>
    Verdict operator!=(const R& right) const {
        return compare(left_ != right, "!=", right);
    }
    template <class R>
    Verdict operator<(const R& right) const {
        return compare(left_ < right, "<", right);
    }
    template <class R>
    Verdict operator<=(const R& right) const {
        return compare(left_ <= right, "<=", right);
    }
    template <class R>
    Verdict operator>(const R& right) const {
        return compare(left_ > right, ">", right);
    }
    template <class R>
    Verdict operator>=(const R& right) const {
        return compare(left_ >= right, ">=", right);
    }

    operator Verdict() const { return {.holds = static_cast<bool>(left_)}; }
    explicit operator bool() const { return static_cast<bool>(left_); }

private:
    template <class R>
    Verdict compare(bool holds, std::string_view relation, const R& right) const {
        Verdict verdict{.holds = holds, .relation = relation};
        if (!holds) {
            describe(verdict.left, left_);
            describe(verdict.right, right);
        }
        return verdict;
    }

    const L& left_;
};

#pragma clang diagnostic pop

struct Decompose {
    template <class L>
    Operand<L> operator<=(const L& left) const {
        return Operand<L>(left);
    }
};

} // namespace kernel::test
