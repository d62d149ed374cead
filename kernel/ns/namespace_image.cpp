// SPDX-License-Identifier: MIT
#include "kernel/ns/namespace_image.hpp"

#include "mm/memory.hpp"
#include "mm/tables/address_space_cache.hpp"

#include <arch/image.hpp>
#include <arch/layout.hpp>
#include <arch/memory.hpp>

#include <array>
#include <span>

namespace kernel {

NamespaceImage::NamespaceImage(mm::Domain& domain, mm::Memory& memory, const mm::AddressSpaceCache& spaces)
    : domain_(domain), map_(domain.id(), spaces.scheme(), memory.frames(), spaces.kernel_map(), memory.tables()) {}

Result<> NamespaceImage::create() {
    const size_t pages = arch::namespace_template().size() / mm::page_size;
    if (pages == 0) return {};
    if (pages > max_pages) return fail(Error::NoSpace);
    std::array<mm::Pfn, max_pages> frames;
    for (size_t i = 0; i < pages; ++i) {
        frames[i] = TRY(domain_.alloc_block(mm::order_4k, mm::Zero::No, mm::FrameState::Image));
    }
    return map_.map(std::span(frames).first(pages), domain_.window().leaf_flags());
}

void NamespaceImage::fill() {
    if (map() == nullptr) return;
    const auto initial = arch::namespace_template();
    arch::copy_words(reinterpret_cast<void*>(arch::namespace_image_base), initial.data(),
                     initial.size() / sizeof(uint64_t));
}

} // namespace kernel
