// SPDX-License-Identifier: MIT
#include "kernel/shell/commands/direct_map_picture.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "kernel/base/console.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"
#include "mm/tables/page_tree.hpp"

namespace kernel {
namespace {

constexpr std::uint64_t cell_pages = mm::order_2m.pages().raw();
constexpr std::size_t cells_per_row = 64;

/// What 2 MiB of physical memory look like in the direct map.
struct Cell {
    std::uint32_t ram = 0;       ///< pages of RAM
    std::uint32_t holes = 0;     ///< of these, not in the direct map
    std::uint32_t ownerless = 0; ///< holes that are free: detached stock
    mm::DomainId owner;          ///< of the holes that have one; the first found
    bool shared_by_owners = false;
    std::optional<arch::Level> leaf; ///< of what is mapped

    bool operator==(const Cell&) const = default;
};

Cell look_at(const mm::FrameTable& frames, const mm::PageTree& tree, std::uint64_t first) {
    Cell cell;
    for (std::uint64_t page = first; page < first + cell_pages; ++page) {
        const mm::Pfn pfn{page};
        if (!frames.contains(pfn) || frames[pfn].state == mm::FrameState::Reserved) continue;
        ++cell.ram;
        if (const auto mapping = tree.find(mm::DirectMap::virt(pfn.address()))) {
            cell.leaf = mapping->level;
            // A large leaf answers for every page of the cell.
            if (mapping->level != arch::Level::Page4K && cell.holes == 0) {
                cell.ram = cell_pages;
                return cell;
            }
            continue;
        }
        ++cell.holes;
        const mm::DomainId owner = frames[pfn].owner;
        if (owner.is_shared()) {
            ++cell.ownerless;
        } else if (cell.owner.is_shared()) {
            cell.owner = owner;
        } else if (cell.owner != owner) {
            cell.shared_by_owners = true;
        }
    }
    return cell;
}

/// The character of a cell: punctuation for what is mapped, a letter for a hole with an owner.
char symbol(const Cell& cell) {
    if (cell.ram == 0) return ' ';
    if (cell.holes == 0) {
        if (cell.leaf == arch::Level::Page1G) return '.';
        return cell.leaf == arch::Level::Page2M ? '-' : '+';
    }
    if (cell.shared_by_owners) return '#';
    if (cell.owner.is_shared()) return 'o';
    const auto domain = memory().domains().find(cell.owner);
    const char letter = domain && !(*domain)->name().empty() ? (*domain)->name().front() : '?';
    const bool lower = letter >= 'a' && letter <= 'z';
    // In capitals where not a page of the 2 MiB is left in the direct map.
    return cell.holes == cell.ram && lower ? static_cast<char>(letter - 'a' + 'A') : letter;
}

/// The ANSI background colour of a domain: one of six, by its number.
unsigned colour_of(mm::DomainId owner) { return 41 + (owner.raw() - 1u) % 6; }

void print_row(std::uint64_t first_page, const std::array<Cell, cells_per_row>& row, Colour colour) {
    console::Writer writer;
    console::Appender out(writer);
    std::format_to(out, "{:>7} MiB |", (first_page << mm::page_shift) >> 20);
    for (const Cell& cell : row) {
        const bool painted = colour == Colour::Yes && cell.holes > 0;
        if (painted) {
            const bool one_owner = !cell.owner.is_shared() && !cell.shared_by_owners;
            std::format_to(out, "\x1b[{}m", one_owner ? colour_of(cell.owner) : 100u);
        }
        writer.put(symbol(cell));
        if (painted) writer.put("\x1b[0m");
    }
    writer.put("|\n");
}

void print_legend(Colour colour) {
    write("one character is 2 MiB. Mapped: '.' by 1 GiB leaves, '-' 2 MiB, '+' 4 KiB.\n"
          "Holes: a letter for the owner (a capital if nothing of the 2 MiB is mapped), '#' several owners,\n"
          "'o' free pages kept out of the direct map.\n");
    memory().domains().for_each([colour](mm::Domain& domain) {
        const std::string_view name = domain.name();
        if (colour == Colour::Yes) {
            print("  \x1b[{}m {} \x1b[0m {}\n", colour_of(domain.id()), name.front(), name);
        } else {
            print("  {} = {}\n", name.front(), name);
        }
    });
}

} // namespace

void print_direct_map(Colour colour) {
    const mm::FrameTable frames = memory().frames();
    const mm::PageTree tree(frames, memory().direct_map().root(), arch::Level::Page1G);
    std::array<Cell, cells_per_row> row, before;
    bool alike = false;
    const std::uint64_t row_pages = cell_pages * cells_per_row;
    for (std::uint64_t first = 0; first < frames.size().raw(); first += row_pages) {
        for (std::size_t i = 0; i < cells_per_row; ++i) row[i] = look_at(frames, tree, first + i * cell_pages);
        if (first > 0 && row == before) {
            if (!alike) write("            *\n");
            alike = true;
            continue;
        }
        alike = false;
        before = row;
        print_row(first, row, colour);
    }
    print_legend(colour);
}

} // namespace kernel
