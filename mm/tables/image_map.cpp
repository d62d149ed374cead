// SPDX-License-Identifier: MIT
#include "mm/tables/image_map.hpp"

namespace mm {

using arch::Level;
using arch::Pte;
using kernel::Error;

ImageMap::~ImageMap() {
    if (!root_) return;
    PageTree tree(frames_, *root_, Level::Page1G);
    // What [510] leads to is everybody's: it is not this tree's to free.
    tree.set_entry(*root_, arch::kernel_image_entry, Pte{});
    tree.free_tables(tables_);
    tables_.give_table(*root_);
}

kernel::Result<> ImageMap::map(std::span<const Pfn> image, arch::PteFlags flags) {
    kernel::ensure(!root_, "a namespace has one image");
    const VirtAddr base{arch::namespace_image_base};
    const std::uint64_t bytes = image.size() * page_size;
    if (image.empty() || bytes > arch::span_of(Level::Page1G)) {
        return kernel::fail(Error::InvalidArgument);
    }
    TableReservation spare(frames_, tables_);
    TRY(spare.grow_to(PageCount{1}));
    const Pfn root = spare.take();
    frames_[root].owner = owner_;
    frames_[root].table = {};
    PageTree tree(frames_, root, Level::Page1G);
    const PageCount below = tree.tables_missing(base, bytes, Level::Page4K);
    if (auto grown = spare.grow_to(below); !grown) {
        tables_.give_table(root);
        return grown;
    }

    tree.set_entry(root, arch::kernel_image_entry, kernel_.kernel_image_entry());
    for (std::size_t i = 0; i < image.size(); ++i) {
        const VirtAddr at = base + i * page_size;
        const Pfn table = tree.grow(at, Level::Page4K, spare, owner_);
        tree.set_entry(table, arch::index_of(at, Level::Page4K), Pte::leaf(image[i].address(), flags, Level::Page4K));
        frames_[image[i]].state = FrameState::Image;
    }
    root_ = root;
    table_count_ = below + PageCount{1};
    return {};
}

std::optional<TopEntry> ImageMap::top_entry() const {
    if (!root_ || !has_own_table(scheme_)) return std::nullopt;
    return TopEntry{arch::image_slot, Pte::table(root_->address())};
}

Pte ImageMap::image_entry() const {
    if (!root_) return Pte{};
    return PageTree::at(*root_).read(arch::namespace_image_entry);
}

} // namespace mm
