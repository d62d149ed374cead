// SPDX-License-Identifier: MIT
#include "kernel/test/test.hpp"

#include <arch/context.hpp>
#include <arch/irq.hpp>
#include <arch/pgd.hpp>

#include <array>

namespace {

constinit arch::Context tester{};
constinit arch::Context partner{};
constinit unsigned visits = 0;
constinit bool started_clean = false;
alignas(16) constinit std::array<std::byte, 16384> partner_stack{};

std::uint64_t partner_stack_top() {
    return reinterpret_cast<std::uint64_t>(partner_stack.data() + partner_stack.size());
}

// Spoils every register that a callee has to preserve, each time it is visited.
[[noreturn]] void visit(void* argument) {
    started_clean = argument == &visits && !arch::interrupts_enabled();
    for (;;) {
        ++visits;
        asm volatile("xor %%ebx, %%ebx; xor %%r12d, %%r12d; xor %%r13d, %%r13d; xor %%r14d, %%r14d;"
                     "xor %%r15d, %%r15d"
                     :
                     :
                     : "rbx", "r12", "r13", "r14", "r15");
        arch::switch_context(partner, tester, 0, 0);
    }
}

} // namespace

LACUNA_TEST("arch.context", "a context starts with its argument and comes back where it left") {
    const arch::IrqGuard guard;
    visits = 0;
    partner_stack.fill(std::byte{0x5a});
    partner =
        arch::Context::start(partner_stack_top(), [](void* argument, arch::Context&) { visit(argument); }, &visits);
    CHECK(partner_stack.back() == std::byte{0x5a});
    for (unsigned i = 1; i <= 3; ++i) {
        arch::switch_context(tester, partner, 0, 0);
        CHECK(visits == i);
    }
    CHECK(started_clean);
}

LACUNA_TEST("arch.context", "a switch preserves what a callee must, also when it loads a page table") {
    const arch::IrqGuard guard;
    visits = 0;
    partner =
        arch::Context::start(partner_stack_top(), [](void* argument, arch::Context&) { visit(argument); }, &visits);
    for (const std::uint64_t pgd : {std::uint64_t{0}, arch::current_cr3()}) {
        std::uint64_t rbx = 1;
        std::uint64_t r12 = 2;
        std::uint64_t r15 = 3;
        arch::Context* from = &tester;
        arch::Context* to = &partner;
        std::uint64_t loaded = pgd;
        std::uint64_t key_rights = 0; // they stay
        asm volatile("mov %0, %%rbx; mov %1, %%r12; mov %2, %%r15; call switch_context;"
                     "mov %%rbx, %0; mov %%r12, %1; mov %%r15, %2"
                     : "+m"(rbx), "+m"(r12), "+m"(r15), "+D"(from), "+S"(to), "+d"(loaded), "+c"(key_rights)
                     :
                     : "rax", "rbx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
        CHECK(rbx == 1);
        CHECK(r12 == 2);
        CHECK(r15 == 3);
    }
    CHECK(visits == 2);
}
