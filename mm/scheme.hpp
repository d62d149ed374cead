// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "mm/policies.hpp"

namespace mm {

/// What isolation and placement come to: how exclusive memory is mapped. One class of mm/placement for each.
enum class Scheme : std::uint8_t {
    Window,   ///< isolation=pgd: a window of its own for each domain
    InPlace,  ///< isolation=none: the direct map keeps everything
};

/// Precondition: the two go together.
constexpr Scheme scheme_of(Isolation isolation, [[maybe_unused]] Placement placement) {
    switch (isolation) {
    case Isolation::Pgd: return Scheme::Window;
    case Isolation::None: break;
    }
    return Scheme::InPlace;
}

/// Whether an address space has a top-level table of its own. Otherwise each CPU has one, in which the entry of
/// lwIP's image is swapped on a switch.
constexpr bool has_own_table(Scheme scheme) { return scheme == Scheme::Window; }

/// Whether exclusive frames leave the direct map.
constexpr bool detaches(Scheme scheme) { return scheme != Scheme::InPlace; }

} // namespace mm
