// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "mm/policies.hpp"

namespace mm {

/// What isolation and placement come to: how exclusive memory is mapped. One class of mm/placement for each.
enum class Scheme : std::uint8_t {
    Window,  ///< isolation=pgd: a window of its own for each domain
    Clone,   ///< isolation=pgd placement=clone: a copy of the direct map for each domain
    Keyed,   ///< isolation=pks: one window for all, each domain's pages under its protection key
    InPlace, ///< isolation=none: the direct map keeps everything
};

/// Precondition: the two go together.
constexpr Scheme scheme_of(Isolation isolation, Placement placement) {
    switch (isolation) {
    case Isolation::Pgd:
        return placement == Placement::Clone ? Scheme::Clone : Scheme::Window;
    case Isolation::Pks:
        return Scheme::Keyed;
    case Isolation::None:
        break;
    }
    return Scheme::InPlace;
}

/// Whether an address space has a top-level table of its own. Otherwise each CPU has one, in which the entry of
/// lwIP's image is swapped on a switch.
constexpr bool has_own_table(Scheme scheme) { return scheme == Scheme::Window || scheme == Scheme::Clone; }

/// Whether all address spaces have the direct map's tables in common.
constexpr bool has_one_direct_map(Scheme scheme) { return scheme != Scheme::Clone; }

/// Whether exclusive frames leave the direct map.
constexpr bool detaches(Scheme scheme) { return scheme != Scheme::InPlace; }

} // namespace mm
