// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mm {

/// The object sizes that kmalloc rounds up to: powers of two and, between them, three quarters, so
/// that a request wastes a quarter at most, beyond the smallest.
struct SizeClasses {
    static constexpr std::size_t granule = 16;
    static constexpr std::array<std::uint16_t, 16> sizes{16,  32,  48,  64,   96,   128,  192,  256,
                                                         384, 512, 768, 1024, 1536, 2048, 3072, 4096};
    static constexpr std::size_t count = sizes.size();
    static constexpr std::size_t largest = sizes.back();

    /// Precondition: 0 < bytes <= largest.
    static constexpr std::size_t index_for(std::size_t bytes) {
        return by_granule.data()[(bytes + granule - 1) / granule];
    }

private:
    static constexpr auto by_granule = [] {
        std::array<std::uint8_t, largest / granule + 1> table{};
        for (std::size_t granules = 0, index = 0; granules < table.size(); ++granules) {
            if (granules * granule > sizes[index]) ++index;
            table[granules] = static_cast<std::uint8_t>(index);
        }
        return table;
    }();
};

static_assert(SizeClasses::sizes[SizeClasses::index_for(1)] == 16);
static_assert(SizeClasses::sizes[SizeClasses::index_for(96)] == 96);
static_assert(SizeClasses::sizes[SizeClasses::index_for(97)] == 128);
static_assert(SizeClasses::sizes[SizeClasses::index_for(2049)] == 3072);
static_assert(SizeClasses::sizes[SizeClasses::index_for(4096)] == 4096);

} // namespace mm
