// SPDX-License-Identifier: MIT
#pragma once

#include <arch/serial.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace arch {

/// A number to be printed in hexadecimal.
struct Hex {
    std::uint64_t value;
};

inline void early_print_one(std::string_view text) { serial_write(text); }

inline void early_print_one(Hex number) {
    std::array<char, 18> text{'0', 'x'};
    for (unsigned i = 0; i < 16; ++i) text[2 + i] = "0123456789abcdef"[number.value >> (60 - 4 * i) & 15];
    serial_write({text.data(), text.size()});
}

/// Prints texts and numbers to the serial port without the formatter, which the fatal paths do not
/// trust.
template <class... Parts>
void early_print(Parts... parts) {
    (early_print_one(parts), ...);
}

} // namespace arch
