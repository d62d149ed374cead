// SPDX-License-Identifier: MIT
#include "mm/tables/kernel_map.hpp"

#include "mm/tables/direct_map.hpp"

namespace mm {

using arch::Level;
using arch::Pte;
using arch::PteFlags;

namespace {

/// Maps one part of the image, with large leaves where both addresses allow it.
kernel::Result<> map_part(PageTree& tree, TableReservation& spare, const ImagePart& part, Level largest) {
    VirtAddr at = part.begin;
    PhysAddr from = part.loaded_at;
    while (at < part.end) {
        const std::uint64_t large = arch::span_of(Level::Page2M);
        const bool fits =
            largest >= Level::Page2M && at.is_aligned(large) && from.is_aligned(large) && part.end - at >= large;
        const Level level = fits ? Level::Page2M : Level::Page4K;
        TRY(spare.grow_to(tree.tables_missing(at, arch::span_of(level), level)));
        const Pfn table = tree.grow(at, level, spare, shared_domain);
        tree.set_entry(table, arch::index_of(at, level), Pte::leaf(from, part.flags | PteFlags::Global, level));
        at += arch::span_of(level);
        from += arch::span_of(level);
    }
    return {};
}

} // namespace

kernel::Result<KernelMap::Roots> KernelMap::build(FrameTable frames, TableSource& tables, Pfn device_table,
                                                  std::span<const ImagePart> image, Level largest) {
    TableReservation spare(frames, tables);
    TRY(spare.grow_to(PageCount{1}));
    const Pfn pgd = spare.take();
    PageTree tree(frames, pgd, Level::Slot);
    tree.set_entry(pgd, arch::device_slot, Pte::table(device_table.address()));

    const auto grow = [&](VirtAddr at, Level level) -> kernel::Result<Pfn> {
        TRY(spare.grow_to(tree.tables_missing(at, arch::span_of(level), level)));
        return tree.grow(at, level, spare, shared_domain);
    };
    const Roots roots{
        .pgd = pgd,
        .direct_map = TRY(grow(VirtAddr{arch::direct_map_base()}, Level::Page1G)),
        .image = TRY(grow(VirtAddr{arch::slot_base(arch::image_slot)}, Level::Page1G)),
    };
    for (const ImagePart& part : image) TRY(map_part(tree, spare, part, largest));
    return roots;
}

Pte KernelMap::kernel_image_entry() const { return PageTree::at(roots_.image).read(arch::kernel_image_entry); }

} // namespace mm
