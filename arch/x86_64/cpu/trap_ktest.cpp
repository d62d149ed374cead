// SPDX-License-Identifier: MIT
#include "kernel/test/test.hpp"

#include <arch/context.hpp>
#include <arch/irq.hpp>
#include <arch/probe.hpp>
#include <arch/trap.hpp>

#include <array>

namespace {

constinit arch::TrapFrame seen{};
constinit bool diverted = false;
constinit arch::Context tester{};
constinit arch::Context victim{};
alignas(16) constinit std::array<std::byte, 16384> victim_stack{};

std::uint64_t victim_stack_top() { return reinterpret_cast<std::uint64_t>(victim_stack.data() + victim_stack.size()); }

void after_divert(void* argument) {
    diverted = argument == &diverted;
    arch::switch_context(victim, tester, 0, 0);
}

} // namespace

LACUNA_TEST("arch.trap", "a breakpoint shows the handler the registers and leaves them alone") {
    const arch::IrqGuard guard;
    const auto previous = arch::set_exception_handler([](arch::TrapFrame& frame) { seen = frame; });
    std::uint64_t address;
    std::uint64_t rbx = 0x1111;
    std::uint64_t r12 = 0x2222;
    asm volatile("mov %1, %%rbx; mov %2, %%r12; int3; 1: lea 1b(%%rip), %0; mov %%rbx, %1; mov %%r12, %2"
                 : "=r"(address), "+r"(rbx), "+r"(r12)
                 :
                 : "rbx", "r12", "memory");
    arch::set_exception_handler(previous);
    CHECK(seen.vector == arch::vector_breakpoint);
    CHECK(seen.rip == address);
    CHECK(seen.rbx == 0x1111);
    CHECK(seen.r12 == 0x2222);
    CHECK(rbx == 0x1111);
    CHECK(r12 == 0x2222);
    CHECK((seen.rflags & arch::rflags_interrupt) == 0);
}

LACUNA_TEST("arch.trap", "a handler can send the interrupted code elsewhere on an empty stack") {
    const arch::IrqGuard guard;
    const auto previous = arch::set_exception_handler(
        [](arch::TrapFrame& frame) { frame.divert(after_divert, &diverted, victim_stack_top()); });
    diverted = false;
    victim = arch::Context::start(victim_stack_top(), [](void*, arch::Context&) { asm volatile("int3"); }, nullptr);
    arch::switch_context(tester, victim, 0, 0);
    arch::set_exception_handler(previous);
    CHECK(diverted);
}

LACUNA_TEST("arch.trap", "a probe reads what is mapped and stops where nothing is") {
    constexpr mm::VirtAddr unmapped{0x5555'0000'0000};
    constexpr mm::VirtAddr not_canonical{0x8000'0000'0000'0000};
    const std::uint64_t value = 0x0123'4567'89ab'cdef;
    std::uint64_t copy = 0;
    const auto bytes = std::as_writable_bytes(std::span{&copy, 1});
    CHECK(arch::probe_read(mm::VirtAddr{reinterpret_cast<std::uint64_t>(&value)}, bytes) == 8);
    CHECK(copy == value);
    CHECK(arch::probe_read(unmapped, bytes) == 0);
    CHECK(arch::probe_read(not_canonical, bytes) == 0);
    CHECK_FALSE(arch::probe_write(unmapped, std::byte{1}));
    CHECK(arch::probe_write(mm::VirtAddr{reinterpret_cast<std::uint64_t>(&copy)}, std::byte{1}));
    CHECK((copy & 0xff) == 1);
}
