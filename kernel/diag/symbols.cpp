// SPDX-License-Identifier: MIT
#include "kernel/diag/symbols.hpp"

#include <arch/image.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace kernel {

namespace {

// tools/embed_symbols.py writes this and says how.
constexpr std::uint32_t table_magic = 0x4d59'534c;

struct Head {
    std::uint32_t magic;
    std::uint32_t count;
};

struct Entry {
    std::uint32_t offset; // from the start of the image
    std::uint32_t size;   // 0: unknown, up to the next entry
    std::uint32_t name;   // from the start of the table
};

} // namespace

std::optional<Symbol> find_symbol(std::uint64_t address) {
    const std::span<const std::byte> table = arch::symbol_table();
    const auto& head = *reinterpret_cast<const Head*>(table.data());
    if (table.size() < sizeof head || head.magic != table_magic) return std::nullopt;
    const std::span entries{reinterpret_cast<const Entry*>(table.data() + sizeof head), head.count};

    const std::uint64_t image = arch::image_sections().front().begin.raw();
    if (address < image || address - image > UINT32_MAX) return std::nullopt;
    const auto offset = static_cast<std::uint32_t>(address - image);
    const auto next = std::ranges::upper_bound(entries, offset, {}, &Entry::offset);
    if (next == entries.begin()) return std::nullopt;
    const Entry& found = *(next - 1);
    if (found.size != 0 && offset - found.offset >= found.size) return std::nullopt;
    return Symbol{reinterpret_cast<const char*>(table.data() + found.name), image + found.offset};
}

} // namespace kernel
