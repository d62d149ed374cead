// SPDX-License-Identifier: MIT
#pragma once

#include "net/wire/wire.hpp"

namespace net {

/// What wires get from the booted kernel's memory. One object serves all wires.
class KernelWireMemory final : public WireMemory {
public:
    kernel::Result<std::byte*> allocate_slot() override;
    void free_slot(std::byte* slot) override;
    void reclaim(mm::Pfn frame, mm::TransitTag wire) override;
};

} // namespace net
