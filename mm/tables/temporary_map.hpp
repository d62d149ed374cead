// SPDX-License-Identifier: MIT
#pragma once

#include <arch/access.hpp>
#include <arch/irq.hpp>
#include <arch/layout.hpp>
#include <array>

#include "kernel/base/per_cpu.hpp"
#include "mm/tables/page_tree.hpp"

namespace mm {

/// A few pages of address space for each CPU, in the upper half of the device slot, through which it
/// looks at a frame that is mapped nowhere it could see it: to zero what a destroyed domain leaves, or
/// to take back a packet that nobody received. Use TemporaryMapping.
///
/// Only the CPU that made a mapping ever uses its address, and only with interrupts off, so a local
/// flush is enough. Never global, never left behind: between two uses every entry is empty, which the
/// audit checks.
class TemporaryMap {
public:
    static constexpr unsigned slots_per_cpu = 4;

    /// `table` is the page table (Level::Page4K) at arch::temporary_base.
    TemporaryMap(FrameTable frames, Pfn table) : frames_(frames), table_(table) {}

    Pfn table() const { return table_; }

private:
    friend class TemporaryMapping;

    /// Interrupts are off. Precondition: fewer than slots_per_cpu are in use on this CPU.
    VirtAddr map(Pfn frame);
    void unmap(VirtAddr address);

    FrameTable frames_;
    Pfn table_;
    kernel::PerCpu<unsigned> in_use_;
};

/// A frame seen through its CPU's temporary mapping, with interrupts off, for as long as this lives:
/// keep it short, and neither sleep nor allocate. Nests like any scope.
class [[nodiscard]] TemporaryMapping {
public:
    TemporaryMapping(TemporaryMap& map, Pfn frame) : map_(map), address_(map.map(frame)) {}
    ~TemporaryMapping() { map_.unmap(address_); }
    TemporaryMapping(const TemporaryMapping&) = delete;
    TemporaryMapping& operator=(const TemporaryMapping&) = delete;

    template <class T>
    T* as() const {
        return static_cast<T*>(arch::reach(address_.raw()));
    }

    /// Fills the frame with zeros.
    void zero() const;

private:
    arch::IrqGuard interrupts_off_; // first, so that the mapping is made and ended inside it
    TemporaryMap& map_;
    VirtAddr address_;
};

} // namespace mm
