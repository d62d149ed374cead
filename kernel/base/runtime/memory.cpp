// SPDX-License-Identifier: MIT
// The C functions that the compiler, libc++ and lwIP call by name. Long runs go through arch's string
// instructions; the rest is for short ones.
#include <arch/memory.hpp>
#include <cstddef>
#include <cstdint>

namespace {

using Byte = unsigned char;
constexpr std::size_t word = sizeof(std::uint64_t);
// Below this, starting a string instruction costs more than a loop.
constexpr std::size_t short_run = 64;

} // namespace

// Without this the compiler turns the loops below into calls of the functions they implement.
#pragma clang attribute push(__attribute__((no_builtin)), apply_to = function)

extern "C" {

void* memcpy(void* destination, const void* source, std::size_t bytes) {
    auto* to = static_cast<Byte*>(destination);
    const auto* from = static_cast<const Byte*>(source);
    if (bytes >= short_run) {
        const std::size_t words = bytes / word;
        arch::copy_words(to, from, words);
        to += words * word;
        from += words * word;
        bytes %= word;
    }
    for (; bytes > 0; --bytes) *to++ = *from++;
    return destination;
}

void* memmove(void* destination, const void* source, std::size_t bytes) {
    auto* to = static_cast<Byte*>(destination);
    const auto* from = static_cast<const Byte*>(source);
    // Forwards is right unless the destination begins inside the source.
    const auto distance = reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
    if (distance >= bytes) return memcpy(destination, source, bytes);
    while (bytes > 0) {
        --bytes;
        to[bytes] = from[bytes];
    }
    return destination;
}

void* memset(void* destination, int value, std::size_t bytes) {
    auto* to = static_cast<Byte*>(destination);
    const auto byte = static_cast<Byte>(value);
    const std::uint64_t pattern = byte * 0x0101010101010101u;
    if (bytes >= short_run) {
        const std::size_t words = bytes / word;
        if (byte == 0) {
            arch::zero_words(to, words);
            to += words * word;
        } else {
            for (std::size_t i = 0; i < words; ++i, to += word) {
                __builtin_memcpy_inline(to, &pattern, word);
            }
        }
        bytes %= word;
    }
    for (; bytes > 0; --bytes) *to++ = byte;
    return destination;
}

int memcmp(const void* left, const void* right, std::size_t bytes) {
    const auto* a = static_cast<const Byte*>(left);
    const auto* b = static_cast<const Byte*>(right);
    for (; bytes > 0; --bytes, ++a, ++b) {
        if (*a != *b) return *a - *b;
    }
    return 0;
}

void* memchr(const void* text, int value, std::size_t bytes) {
    const auto* at = static_cast<const Byte*>(text);
    for (; bytes > 0; --bytes, ++at) {
        if (*at == static_cast<Byte>(value)) return const_cast<Byte*>(at);
    }
    return nullptr;
}

std::size_t strlen(const char* text) {
    std::size_t length = 0;
    while (text[length] != '\0') ++length;
    return length;
}

} // extern "C"

#pragma clang attribute pop
