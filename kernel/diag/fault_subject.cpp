// SPDX-License-Identifier: MIT
#include "kernel/diag/fault_subject.hpp"

#include <arch/layout.hpp>

namespace kernel::diag {

std::string_view name(Region region) {
    switch (region) {
    case Region::User:
        return "the lower half, where nothing is mapped";
    case Region::DirectMap:
        return "the direct map";
    case Region::Window:
        return "a window";
    case Region::Devices:
        return "device registers";
    case Region::Workshop:
        return "a processor's workshop";
    case Region::KernelImage:
        return "the kernel's image";
    case Region::NamespaceImage:
        return "lwIP's state, which every namespace has for itself";
    case Region::Elsewhere:
        break;
    }
    return "no part of the address space in use";
}

FaultSubject subject_of(mm::VirtAddr address) {
    const unsigned slot = arch::slot_of(address.raw());
    const std::uint64_t offset = address.raw() & (arch::slot_size - 1);
    if (slot < arch::kernel_half_slot) return {.region = Region::User};
    if (slot == arch::direct_map_slot) return {.region = Region::DirectMap, .physical = mm::PhysAddr{offset}};
    if (slot - arch::window_first_slot < arch::window_slot_count) {
        return {.region = Region::Window,
                .kind = static_cast<mm::DomainKind>(slot - arch::window_first_slot),
                .physical = mm::PhysAddr{offset}};
    }
    if (slot == arch::device_slot) return {.region = Region::Devices};
    if (slot == arch::workshop_slot) return {.region = Region::Workshop};
    if (address.raw() >= arch::namespace_image_base) return {.region = Region::NamespaceImage};
    if (address.raw() >= arch::kernel_image_base) return {.region = Region::KernelImage};
    return {};
}

} // namespace kernel::diag
