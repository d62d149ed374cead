// SPDX-License-Identifier: MIT
// The functions of the C library's string.h and stdlib.h that lwIP calls and that the kernel itself has
// no use for. As the C standard describes them (C11, 7.22.1.4 and 7.24).
#include <cstddef>

extern "C" {

int memcmp(const void* left, const void* right, std::size_t bytes);

/// What clang makes of a memcmp() that is only compared with zero.
int bcmp(const void* left, const void* right, std::size_t bytes) { return memcmp(left, right, bytes); }

char* strchr(const char* text, int wanted) {
    const char character = static_cast<char>(wanted);
    for (;; ++text) {
        if (*text == character) return const_cast<char*>(text);
        if (*text == '\0') return nullptr;
    }
}

int strncmp(const char* left, const char* right, std::size_t limit) {
    for (; limit > 0; --limit, ++left, ++right) {
        const auto a = static_cast<unsigned char>(*left);
        const auto b = static_cast<unsigned char>(*right);
        if (a != b) return a < b ? -1 : 1;
        if (a == 0) return 0;
    }
    return 0;
}

int strcmp(const char* left, const char* right) { return strncmp(left, right, static_cast<std::size_t>(-1)); }

char* strncpy(char* to, const char* from, std::size_t size) {
    std::size_t i = 0;
    for (; i < size && from[i] != '\0'; ++i) to[i] = from[i];
    for (; i < size; ++i) to[i] = '\0';
    return to;
}

/// Decimal only, which is all that lwIP's atoi() needs; saturates nowhere, since its inputs are short.
long strtol(const char* text, char** end, int) {
    while (*text == ' ') ++text;
    const bool negative = *text == '-';
    if (*text == '-' || *text == '+') ++text;
    unsigned long value = 0;
    for (; *text >= '0' && *text <= '9'; ++text) {
        value = value * 10 + static_cast<unsigned long>(*text - '0');
    }
    if (end != nullptr) *end = const_cast<char*>(text);
    return static_cast<long>(negative ? 0 - value : value);
}

} // extern "C"
