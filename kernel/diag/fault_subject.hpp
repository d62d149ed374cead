// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mm/addr.hpp"
#include "mm/domain_id.hpp"

namespace kernel::diag {

/// The part of the address space that an address lies in.
enum class Region : std::uint8_t {
    User, ///< the lower half, where nothing is mapped
    DirectMap,
    Window, ///< of one kind of domain
    Devices,
    Workshop, ///< of a CPU, in sight only while it works there
    KernelImage,
    NamespaceImage, ///< lwIP's state
    Elsewhere,
};
std::string_view name(Region region);

/// What an address is about, as far as the address itself says.
struct FaultSubject {
    Region region = Region::Elsewhere;
    mm::DomainKind kind{};                  ///< if it is a window
    std::optional<mm::PhysAddr> physical{}; ///< what stands behind it in a region that is base + physical
};

/// Takes an address apart by the layout of <arch/layout.hpp>. Pure arithmetic; any context.
FaultSubject subject_of(mm::VirtAddr address);

} // namespace kernel::diag
