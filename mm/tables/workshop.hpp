// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

#include <arch/irq.hpp>
#include <arch/layout.hpp>

#include "kernel/base/per_cpu.hpp"
#include "kernel/base/result.hpp"
#include "mm/frame_table.hpp"
#include "mm/tables/kernel_map.hpp"
#include "mm/tables/table_source.hpp"
#include "mm/tlb/tlb.hpp"

namespace mm {

/// Where a CPU works on frames that are mapped nowhere it could see them: to clear what a domain gave up, to fill in
/// what a new domain begins with. Each CPU has a workshop: an address space that no other CPU ever loads and no task
/// ever runs in, with the kernel's shared slots and one of its own:
///
///     top-level table of CPU n   [direct map, devices, kernel image]   the kernel's
///                                [workshop_slot] -> own table -> own table -> own table of `capacity` 4 KiB slots
///
/// A visit puts the frames into the slots when the table is loaded, and takes them out and forgets them before it is
/// left. So no table that another CPU could walk ever leads to such a frame, and no TLB keeps a way to it: one that was
/// in tables that all address spaces share could be read from another CPU while it stood there, and after it.
///
/// A visit keeps interrupts off and runs on a stack of the workshop's own, because the caller's may be its namespace's
/// memory, which is not in sight. Any context but an interrupt handler's; visits do not nest.
class Workshop {
public:
    /// Frames that can be seen at a time.
    static constexpr std::size_t capacity = 32;
    /// Bytes that a visitor may bring along.
    static constexpr std::size_t visitor_bytes = 64;

    Workshop(const KernelMap& kernel, FrameTable frames, const Tlb& tlb) : kernel_(kernel), frames_(frames), tlb_(tlb) {}
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;

    /// Makes a CPU's workshop. Thread context, before the CPU uses it. Error: OutOfMemory.
    kernel::Result<> add_cpu(unsigned cpu, TableSource& tables);
    /// Gives the tables of all CPUs back. Nobody uses a workshop any more.
    void close(TableSource& tables);

    /// Fills frames with zeros.
    void zero(std::span<const Pfn> frames);

    /// Calls visitor(memory) with a pointer to the frame. The visitor is copied there and back; of memory it touches
    /// the frame and itself only, and nothing by reference that may be exclusive.
    template <class Visitor>
    void visit(Pfn frame, Visitor& visitor) {
        static_assert(std::is_trivially_copyable_v<Visitor> && sizeof(Visitor) <= visitor_bytes);
        const arch::IrqGuard alone;
        Room& room = rooms_.local();
        std::memcpy(room.visitor.data(), &visitor, sizeof(Visitor));
        enter(room, {&frame, 1}, [](Room& in) {
            (*reinterpret_cast<Visitor*>(in.visitor.data()))(static_cast<std::byte*>(slot(0)));
        });
        std::memcpy(&visitor, room.visitor.data(), sizeof(Visitor));
        std::memset(room.visitor.data(), 0, sizeof(Visitor));
    }

    /// A CPU's top-level table, and the table of its slots, if it has a workshop: for the audit.
    std::optional<Pfn> pgd(unsigned cpu) const { return rooms_.of(cpu).pgd; }
    std::optional<Pfn> slots(unsigned cpu) const { return rooms_.of(cpu).slots; }

private:
    /// What a CPU works with. Shared memory, seen from the workshop as well.
    struct Room {
        std::optional<Pfn> pgd;
        std::optional<Pfn> slots;
        bool forgets_pages = false; ///< the way back keeps what the TLB knows
        std::size_t count = 0;      ///< frames in use, and which
        std::array<Pfn, capacity> frames{};
        void (*work)(Room& room) = nullptr;
        alignas(16) std::array<std::byte, visitor_bytes> visitor{};
        alignas(16) std::array<std::byte, 4096> stack{};
    };

    /// Where slot number `index` is mapped.
    static void* slot(std::size_t index);

    /// Interrupts off. Precondition: at most `capacity` frames.
    void enter(Room& room, std::span<const Pfn> frames, void (*work)(Room& room));
    /// The part of it that runs in the workshop.
    static void work_inside(void* room);

    const KernelMap& kernel_;
    FrameTable frames_;
    const Tlb& tlb_;
    kernel::PerCpu<Room> rooms_;
};

} // namespace mm
