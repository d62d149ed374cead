// SPDX-License-Identifier: MIT
// The C functions that the compiler, libc++ and lwIP call by name. Long runs go through arch's string
// instructions, short ones word by word.
#include <arch/memory.hpp>
#include <cstddef>
#include <cstdint>

namespace {

using Byte = unsigned char;
constexpr std::size_t word = sizeof(std::uint64_t);
// Below this, moving word by word costs less than starting a string instruction.
constexpr std::size_t short_run = 8 * word;

// One unaligned access each.
template <class T>
T load(const Byte* at) {
    T value;
    __builtin_memcpy_inline(&value, at, sizeof value);
    return value;
}

template <class T>
void store(Byte* at, T value) {
    __builtin_memcpy_inline(at, &value, sizeof value);
}

/// Copies 1 <= bytes < 2 * word by two accesses that may overlap; all is read before anything is written, so
/// the places may overlap too.
void copy_few(Byte* to, const Byte* from, std::size_t bytes) {
    if (bytes >= word) {
        const auto first = load<std::uint64_t>(from), last = load<std::uint64_t>(from + bytes - word);
        store(to, first);
        store(to + bytes - word, last);
    } else if (bytes >= 4) {
        const auto first = load<std::uint32_t>(from), last = load<std::uint32_t>(from + bytes - 4);
        store(to, first);
        store(to + bytes - 4, last);
    } else if (bytes >= 2) {
        const auto first = load<std::uint16_t>(from), last = load<std::uint16_t>(from + bytes - 2);
        store(to, first);
        store(to + bytes - 2, last);
    } else {
        *to = *from;
    }
}

/// Copies at least n and at most 2 * n words without a loop: the first n, and the last n, over the end of what was
/// copied. The places do not overlap.
template <std::size_t n>
void copy_ends(Byte* to, const Byte* from, std::size_t bytes) {
    const std::size_t behind = bytes - n * word;
#pragma clang loop unroll(full)
    for (std::size_t at = 0; at < n * word; at += word) store(to + at, load<std::uint64_t>(from + at));
#pragma clang loop unroll(full)
    for (std::size_t at = 0; at < n * word; at += word)
        store(to + behind + at, load<std::uint64_t>(from + behind + at));
}

} // namespace

// Without this the compiler turns the loops below into calls of the functions they implement.
#pragma clang attribute push(__attribute__((no_builtin)), apply_to = function)

extern "C" {

void* memcpy(void* destination, const void* source, std::size_t bytes) {
    auto* to = static_cast<Byte*>(destination);
    const auto* from = static_cast<const Byte*>(source);
    if (bytes >= short_run) {
        // The last word is read first and written last, over the end of the others: no loop over odd bytes.
        const auto last = load<std::uint64_t>(from + bytes - word);
        arch::copy_words(to, from, bytes / word);
        store(to + bytes - word, last);
    } else if (bytes >= 4 * word) {
        copy_ends<4>(to, from, bytes);
    } else if (bytes >= 2 * word) {
        copy_ends<2>(to, from, bytes);
    } else if (bytes > 0) {
        copy_few(to, from, bytes);
    }
    return destination;
}

void* memmove(void* destination, const void* source, std::size_t bytes) {
    auto* to = static_cast<Byte*>(destination);
    const auto* from = static_cast<const Byte*>(source);
    if (bytes < 2 * word) {
        if (bytes > 0) copy_few(to, from, bytes);
        return destination;
    }
    const auto distance = reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
    if (distance >= bytes) {
        // Forwards is right, but memcpy's last word must not be read early if the loop will overwrite it.
        const std::size_t words = bytes / word;
        const auto backwards = reinterpret_cast<std::uintptr_t>(from) - reinterpret_cast<std::uintptr_t>(to);
        if (backwards >= bytes) return memcpy(destination, source, bytes);
        arch::copy_words(to, from, words);
        to += words * word;
        from += words * word;
        for (bytes %= word; bytes > 0; --bytes) *to++ = *from++;
        return destination;
    }
    // The destination begins inside the source: from the end, each word read before it is written.
    while (bytes >= word) {
        bytes -= word;
        store(to + bytes, load<std::uint64_t>(from + bytes));
    }
    if (bytes > 0) copy_few(to, from, bytes);
    return destination;
}

void* memset(void* destination, int value, std::size_t bytes) {
    auto* to = static_cast<Byte*>(destination);
    const auto byte = static_cast<Byte>(value);
    const std::uint64_t pattern = byte * 0x0101010101010101u;
    if (bytes < word) {
        for (; bytes > 0; --bytes) *to++ = byte;
        return destination;
    }
    Byte* const end = to + bytes - word;
    if (bytes >= short_run) {
        arch::fill_words(to, pattern, bytes / word);
    } else {
        for (; to < end; to += word) store(to, pattern);
    }
    store(end, pattern);
    return destination;
}

int memcmp(const void* left, const void* right, std::size_t bytes) {
    const auto* a = static_cast<const Byte*>(left);
    const auto* b = static_cast<const Byte*>(right);
    for (; bytes >= word; bytes -= word, a += word, b += word) {
        if (load<std::uint64_t>(a) != load<std::uint64_t>(b)) break;
    }
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
