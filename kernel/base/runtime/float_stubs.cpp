// SPDX-License-Identifier: MIT
// std::format can print floating point, so it refers to nine std::to_chars functions. The kernel has
// no floating point (FPU state is never saved), and a function that takes a `double` cannot even be
// declared without SSE. Each name therefore gets a body that takes nothing and does not return.
#include "kernel/base/assert.hpp"

#define LACUNA_NO_FLOAT(number, mangled)                \
    [[noreturn]] void no_float_##number() asm(mangled); \
    void no_float_##number() { kernel::panic("floating point formatted in the kernel"); }

// std::to_chars(char*, char*, T), (..., chars_format) and (..., chars_format, int)
LACUNA_NO_FLOAT(1, "_ZNSt3__18to_charsEPcS0_f")
LACUNA_NO_FLOAT(2, "_ZNSt3__18to_charsEPcS0_d")
LACUNA_NO_FLOAT(3, "_ZNSt3__18to_charsEPcS0_e")
LACUNA_NO_FLOAT(4, "_ZNSt3__18to_charsEPcS0_fNS_12chars_formatE")
LACUNA_NO_FLOAT(5, "_ZNSt3__18to_charsEPcS0_dNS_12chars_formatE")
LACUNA_NO_FLOAT(6, "_ZNSt3__18to_charsEPcS0_eNS_12chars_formatE")
LACUNA_NO_FLOAT(7, "_ZNSt3__18to_charsEPcS0_fNS_12chars_formatEi")
LACUNA_NO_FLOAT(8, "_ZNSt3__18to_charsEPcS0_dNS_12chars_formatEi")
LACUNA_NO_FLOAT(9, "_ZNSt3__18to_charsEPcS0_eNS_12chars_formatEi")

#undef LACUNA_NO_FLOAT
