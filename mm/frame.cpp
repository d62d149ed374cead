// SPDX-License-Identifier: MIT
#include "mm/frame.hpp"

namespace mm {

std::string_view name(FrameState state) {
    switch (state) {
    case FrameState::Reserved:
        return "reserved";
    case FrameState::Boot:
        return "boot";
    case FrameState::Free:
        return "free";
    case FrameState::FreeDetached:
        return "free-detached";
    case FrameState::Shared:
        return "shared";
    case FrameState::SlabShared:
        return "slab-shared";
    case FrameState::PageTable:
        return "page-table";
    case FrameState::Exclusive:
        return "exclusive";
    case FrameState::SlabExclusive:
        return "slab-exclusive";
    case FrameState::HeapExclusive:
        return "heap-exclusive";
    case FrameState::Stack:
        return "stack";
    case FrameState::Image:
        return "image";
    case FrameState::InTransit:
        return "in-transit";
    case FrameState::Quarantined:
        return "quarantined";
    }
    return "unknown";
}

} // namespace mm
