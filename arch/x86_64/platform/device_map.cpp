// SPDX-License-Identifier: MIT
#include <arch/device_map.hpp>

#include <arch/image.hpp>
#include <arch/layout.hpp>
#include <arch/pte.hpp>

#include <array>

namespace arch {

namespace {

using Table = std::array<Pte, entries_per_table>;

// 8 MiB of registers by 4 KiB pages, which is many devices' worth; larger areas, such as PCI
// Express configuration space, use 2 MiB leaves. The first table is entry.S's, which hangs it under
// the boot PML4.
constexpr std::size_t small_tables = 4;
constexpr std::size_t small_pages = small_tables * entries_per_table;

extern "C" {
alignas(mm::page_size) constinit Table device_slot_pdpt{};
}
alignas(mm::page_size) constinit Table directory{};
alignas(mm::page_size) constinit std::array<Table, small_tables> page_tables{};

// Growth is single-threaded: devices are found before there is a second thread.
constinit std::size_t small_used = 0;
constinit std::size_t large_used = small_tables;

mm::PhysAddr phys_of(const Table& table) {
    return image_to_phys(mm::VirtAddr{reinterpret_cast<std::uint64_t>(&table)});
}

void hang_tables() {
    if (device_slot_pdpt[0].present()) return;
    for (std::size_t i = 0; i < small_tables; ++i) directory[i] = Pte::table(phys_of(page_tables[i]));
    device_slot_pdpt[0] = Pte::table(phys_of(directory));
}

volatile std::byte* pointer(std::uint64_t offset) {
    return reinterpret_cast<volatile std::byte*>(device_base + offset);
}

kernel::Result<volatile std::byte*> map_large(mm::PhysRange range) {
    const std::size_t leaves = range.bytes() / span_of(Level::Page2M);
    if (leaves > directory.size() - large_used) return kernel::fail(kernel::Error::NoSpace);
    const std::size_t first = large_used;
    for (mm::PhysAddr at = range.begin; at < range.end; at += span_of(Level::Page2M))
        directory[large_used++] = Pte::leaf(at, device_memory, Level::Page2M);
    return pointer(first * span_of(Level::Page2M));
}

kernel::Result<volatile std::byte*> map_small(mm::PhysRange range) {
    const std::size_t pages = range.bytes() / mm::page_size;
    if (pages > small_pages - small_used) return kernel::fail(kernel::Error::NoSpace);
    const std::size_t first = small_used;
    for (mm::PhysAddr at = range.begin; at < range.end; at += mm::page_size, ++small_used)
        page_tables[small_used / entries_per_table][small_used % entries_per_table] =
            Pte::leaf(at, device_memory, Level::Page4K);
    return pointer(first * mm::page_size);
}

} // namespace

kernel::Result<volatile std::byte*> map_device(mm::PhysAddr registers, std::uint64_t bytes) {
    if (bytes == 0) return kernel::fail(kernel::Error::InvalidArgument);
    hang_tables();
    const bool large = bytes >= span_of(Level::Page2M);
    const std::uint64_t unit = large ? span_of(Level::Page2M) : mm::page_size;
    const mm::PhysRange range{registers.align_down(unit), (registers + bytes).align_up(unit)};
    const auto mapped = large ? map_large(range) : map_small(range);
    return mapped.transform([&](volatile std::byte* at) { return at + (registers - range.begin); });
}

mm::PhysAddr device_slot_table() { return phys_of(device_slot_pdpt); }

} // namespace arch
