// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "mm/tables/image_map.hpp"
#include "mm/testing/test_memory.hpp"

namespace mm::testing {

/// The page-table half of a domain: a window and, on demand, an image.
class TestDomain {
public:
    TestDomain(TestMemory& memory, DomainId id, DomainKind kind = DomainKind::Net)
        : memory_(memory), id_(id), kind_(kind), window(id, kind, memory.placements),
          image(id, memory.placements.scheme, memory.frames(), memory.boot.kernel_map, memory.tables) {
        const bool opened = window.open().has_value();
        kernel::ensure(opened, "no table for the window");
    }

    SpaceMember member() { return {id_, kind_, &window, image.root() ? &image : nullptr}; }

    AddressSpaceRef space() {
        const std::array members{member()};
        auto made = memory_.spaces.get(members);
        kernel::ensure(made.has_value(), "no table for the address space");
        return *std::move(made);
    }

    /// Makes the first `count` frames of `block` the domain's image.
    std::vector<Pfn> map_image(PhysRange block, std::size_t count) {
        memory_.make_exclusive({block.begin, block.begin + count * page_size}, window);
        std::vector<Pfn> image_frames;
        for (std::size_t i = 0; i < count; ++i) image_frames.push_back(Pfn::of(block.begin + i * page_size));
        const bool mapped = image.map(image_frames, window.leaf_flags()).has_value();
        kernel::ensure(mapped, "no table for the image");
        return image_frames;
    }

    void unmap_image(const std::vector<Pfn>& image_frames) {
        memory_.make_shared({image_frames.front().address(), image_frames.back().address() + page_size}, window);
    }

private:
    TestMemory& memory_;
    DomainId id_;
    DomainKind kind_;

public:
    Window window;
    ImageMap image;
};

} // namespace mm::testing
