// SPDX-License-Identifier: MIT
#pragma once

#include <arch/layout.hpp>
#include <optional>
#include <span>

#include "mm/placement/placement.hpp"
#include "mm/scheme.hpp"
#include "mm/tables/kernel_map.hpp"

namespace mm {

/// A network namespace's own copy of lwIP's state, at arch::namespace_image_base in its address spaces
/// and nowhere else. Where an address space has a top-level table, there is a table for the image slot, which shares
/// the kernel's entry with everybody and adds its own:
///
///     top-level table [image_slot] -> own table [510] -> the kernel's image, shared
///                                               [511] -> own table -> own table -> image frames
///
/// Elsewhere no address space uses that first table: each CPU takes up [511] when it
/// switches to the namespace. Never global.
class ImageMap {
public:
    ImageMap(DomainId owner, Scheme scheme, FrameTable frames, const KernelMap& kernel, TableSource& tables)
        : owner_(owner), scheme_(scheme), frames_(frames), kernel_(kernel), tables_(tables) {}
    /// Gives the tables back; the frames are the caller's. No address space has the image any more.
    ~ImageMap();
    ImageMap(const ImageMap&) = delete;
    ImageMap& operator=(const ImageMap&) = delete;

    /// Maps `image`, in order, from namespace_image_base on. Once. The frames are exclusive frames of
    /// the owner, in its window too, and get state Image. Errors: OutOfMemory, InvalidArgument when the
    /// image is empty or larger than a gigabyte. `flags` are those of the owner's leaves (Window::leaf_flags).
    kernel::Result<> map(std::span<const Pfn> image, arch::PteFlags flags);

    /// What a top-level table needs; nothing where address spaces have none, or before map().
    std::optional<TopEntry> top_entry() const;
    /// The entry for namespace_image_entry of the image slot's table; not present before map().
    arch::Pte image_entry() const;

    /// The image slot's table of this namespace, and its page tables in all.
    std::optional<Pfn> root() const { return root_; }
    PageCount tables() const { return table_count_; }

    DomainId owner() const { return owner_; }

private:
    DomainId owner_;
    Scheme scheme_;
    FrameTable frames_;
    const KernelMap& kernel_;
    TableSource& tables_;
    std::optional<Pfn> root_;
    PageCount table_count_;
};

} // namespace mm
