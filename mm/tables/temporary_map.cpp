// SPDX-License-Identifier: MIT
#include "mm/tables/temporary_map.hpp"

#include <arch/memory.hpp>
#include <arch/tlb.hpp>

#include "kernel/base/events.hpp"

namespace mm {

static_assert(TemporaryMap::slots_per_cpu * arch::max_cpus <= arch::entries_per_table);

VirtAddr TemporaryMap::map(Pfn frame) {
    unsigned& in_use = in_use_.local();
    kernel::ensure(in_use < slots_per_cpu, "too many temporary mappings on one CPU");
    const unsigned index = arch::cpu_id() * slots_per_cpu + in_use++;
    PageTable& table = PageTree::at(table_);
    kernel::ensure(!table.read(index).present(), "a temporary mapping was left behind");
    table.write(index, arch::Pte::leaf(frame.address(), arch::read_write, arch::Level::Page4K));
    kernel::count(kernel::Event::PageTableWrites);
    return VirtAddr{arch::temporary_base + index * page_size};
}

void TemporaryMap::unmap(VirtAddr address) {
    PageTree::at(table_).write(arch::index_of(address, arch::Level::Page4K), arch::Pte{});
    kernel::count(kernel::Event::PageTableWrites);
    arch::invalidate_page(address.raw());
    kernel::count(kernel::Event::Invlpg);
    --in_use_.local();
}

void TemporaryMapping::zero() const {
    arch::zero_words(as<std::uint64_t>(), page_size / sizeof(std::uint64_t));
    kernel::count(kernel::Event::FramesZeroed);
}

} // namespace mm
