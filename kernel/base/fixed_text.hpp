// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <format>
#include <string_view>

namespace kernel {

/// A short text with its room in itself: what does not fit in `capacity` characters is cut off.
template <std::size_t capacity>
class FixedText {
public:
    constexpr FixedText() = default;

    template <class... Args>
    explicit FixedText(std::format_string<Args...> format, Args&&... args) {
        const auto end = std::vformat_to(Cursor{this}, format.get(), std::make_format_args(args...));
        static_cast<void>(end);
    }

    std::string_view view() const { return {text_.data(), size_}; }

private:
    /// Output iterator that stops storing when the room is used up.
    struct Cursor {
        using difference_type = std::ptrdiff_t;
        FixedText* text;
        Cursor& operator=(char c) {
            if (text->size_ < capacity) text->text_[text->size_++] = c;
            return *this;
        }
        Cursor& operator*() { return *this; }
        Cursor& operator++() { return *this; }
        Cursor operator++(int) { return *this; }
    };

    std::array<char, capacity> text_{};
    std::size_t size_ = 0;
};

} // namespace kernel
