// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/domain/domain.hpp"
#include "mm/tables/image_map.hpp"

namespace mm {
class AddressSpaceCache;
class Memory;
} // namespace mm

namespace kernel {

/// A namespace's own copy of lwIP's variables: frames of its domain at the one address that lwIP
/// was linked for. Loading the namespace's page table selects the copy; that is all it takes to run
/// an unmodified lwIP once per namespace (docs/namespaces-and-wires.md).
class NamespaceImage {
public:
    /// The largest image, in pages: a bound on what may be on a stack while it is being made.
    static constexpr size_t max_pages = 64;

    NamespaceImage(mm::Domain& domain, mm::Memory& memory, const mm::AddressSpaceCache& spaces);

    /// Takes frames for the image and makes its tables; nothing if no lwIP is linked in. The frames
    /// are freed with the domain. Errors: OutOfMemory, DomainLimit, NoSpace if it is too large.
    /// Thread context.
    Result<> create();

    /// Copies the initial values in. Precondition: an address space with this image is loaded.
    void fill();

    /// What an address space needs of it; null if there is no image.
    [[nodiscard]] const mm::ImageMap* map() const { return map_.root() ? &map_ : nullptr; }

private:
    mm::Domain& domain_;
    mm::ImageMap map_;
};

} // namespace kernel
