// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

/// Segment and gate descriptors (Intel SDM vol. 3A, 3.4.5, 6.14 and 8.2.3).
namespace arch {

inline constexpr std::uint16_t kernel_code_selector = 0x08;
inline constexpr std::uint16_t kernel_data_selector = 0x10;
inline constexpr std::uint16_t task_state_selector = 0x18;

/// Stacks that the CPU switches to by itself, for faults that cannot trust the stack they happen
/// on.
enum class FaultStack : std::uint8_t { None = 0, PageFault = 1, DoubleFault = 2, Nmi = 3, MachineCheck = 4 };
inline constexpr unsigned fault_stack_count = 4;

struct [[gnu::packed]] TaskState {
    std::uint32_t reserved0 = 0;
    std::array<std::uint64_t, 3> rsp{};
    std::uint64_t reserved1 = 0;
    std::array<std::uint64_t, 7> ist{}; ///< entry n - 1 is FaultStack n's top
    std::uint64_t reserved2 = 0;
    std::uint16_t reserved3 = 0;
    std::uint16_t io_map = sizeof(TaskState); ///< beyond the limit: no I/O map
};
static_assert(sizeof(TaskState) == 104);

struct GateDescriptor {
    std::uint16_t offset_low = 0;
    std::uint16_t selector = 0;
    std::uint8_t stack = 0;
    std::uint8_t type = 0;
    std::uint16_t offset_middle = 0;
    std::uint32_t offset_high = 0;
    std::uint32_t reserved = 0;

    /// An interrupt gate of ring 0: further interrupts stay off until the handler returns.
    static constexpr GateDescriptor interrupt(std::uint64_t handler, FaultStack stack) {
        return {
            .offset_low = static_cast<std::uint16_t>(handler),
            .selector = kernel_code_selector,
            .stack = static_cast<std::uint8_t>(stack),
            .type = 0x8e,
            .offset_middle = static_cast<std::uint16_t>(handler >> 16),
            .offset_high = static_cast<std::uint32_t>(handler >> 32),
        };
    }
};
static_assert(sizeof(GateDescriptor) == 16);
static_assert(GateDescriptor::interrupt(0xffff'ffff'8012'3456, FaultStack::Nmi).offset_middle == 0x8012);

/// What LGDT and LIDT read.
struct [[gnu::packed]] TablePointer {
    std::uint16_t limit;
    std::uint64_t base;
};

} // namespace arch
