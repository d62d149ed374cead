// SPDX-License-Identifier: MIT
#pragma once

#include <arch/layout.hpp>
#include <arch/pte.hpp>
#include <span>

#include "kernel/base/result.hpp"
#include "mm/tables/page_tree.hpp"

namespace mm {

/// A part of the kernel's image: whole pages, with the rights of its leaves.
struct ImagePart {
    VirtAddr begin; ///< inclusive
    VirtAddr end;   ///< exclusive
    PhysAddr loaded_at;
    arch::PteFlags flags;
};

/// The top-level table that every other one starts as a copy of. All slots that shared memory will ever
/// use are filled in here, once, at boot, so that no copy ever needs to be brought up to date:
///
///     direct_map_slot  -> the direct map's table
///     device_slot      -> device registers (arch/)
///     image_slot       -> table with one entry: the kernel's image
///
/// Window slots are empty: this is the table of tasks that are in no namespace. With isolation `pks` the first one
/// leads to the window that all domains share (KeyedTree).
class KernelMap {
public:
    /// The three tables that cannot be done without. `device_table` is the architecture's.
    struct Roots {
        Pfn pgd;
        Pfn direct_map;
        Pfn image;
    };

    /// Builds everything but the direct map's contents. Error: OutOfMemory.
    static kernel::Result<Roots> build(FrameTable frames, TableSource& tables, Pfn device_table,
                                       std::span<const ImagePart> image, arch::Level largest);

    KernelMap(FrameTable frames, Roots roots) : frames_(frames), roots_(roots) {}

    Pfn pgd() const { return roots_.pgd; }
    const Roots& roots() const { return roots_; }

    /// The entry of the image slot's table that leads to the kernel's own image.
    arch::Pte kernel_image_entry() const;

    PageTree tree() const { return {frames_, roots_.pgd, arch::Level::Slot}; }

private:
    FrameTable frames_;
    Roots roots_;
};

} // namespace mm
