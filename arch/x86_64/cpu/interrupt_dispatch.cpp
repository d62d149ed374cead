// SPDX-License-Identifier: MIT
#include "arch/x86_64/cpu/interrupt_dispatch.hpp"

#include "arch/x86_64/cpu/vectors.hpp"
#include "arch/x86_64/platform/local_apic.hpp"
#include "kernel/base/assert.hpp"
#include "kernel/sync/spin_locked.hpp"

#include <arch/cpu.hpp>
#include <arch/irq.hpp>

#include <array>
#include <atomic>

namespace arch {

namespace {

struct Slot {
    // Ordering: `handler` is stored last and read first, so a handler is never called without its
    // context.
    std::atomic<IrqHandler> handler{nullptr};
    void* context = nullptr;
};

constinit std::array<Slot, 256> slots{};
/// Whoever gives out a device vector holds this: two CPUs may look for a free one.
struct DeviceVectors {};
constinit kernel::IrqSpinLocked<DeviceVectors, kernel::Rank::Hardware> device_vectors;
constinit std::atomic<void (*)()> irq_exit_hook{nullptr};

void enter_interrupt() { asm volatile("incl %%gs:%c0" : : "i"(offsetof(PerCpuArea, irq_depth)) : "memory", "cc"); }

void leave_interrupt() { asm volatile("decl %%gs:%c0" : : "i"(offsetof(PerCpuArea, irq_depth)) : "memory", "cc"); }

} // namespace

void set_irq_exit_hook(void (*hook)()) { irq_exit_hook.store(hook, std::memory_order_release); }

void set_vector_handler(std::uint8_t vector, IrqHandler handler, void* context) {
    slots[vector].context = context;
    slots[vector].handler.store(handler, std::memory_order_release);
}

kernel::Result<Vector> allocate_vector(IrqHandler handler, void* context) {
    return device_vectors.with([&](DeviceVectors&) -> kernel::Result<Vector> {
        for (unsigned vector = vector_first_device; vector <= vector_last_device; ++vector) {
            if (slots[vector].handler.load(std::memory_order_relaxed) != nullptr) continue;
            set_vector_handler(static_cast<std::uint8_t>(vector), handler, context);
            return Vector{static_cast<std::uint8_t>(vector)};
        }
        return kernel::fail(kernel::Error::NoSpace);
    });
}

void free_vector(Vector vector) {
    kernel::ensure(vector.raw >= vector_first_device && vector.raw <= vector_last_device,
                   "only device vectors are given back");
    set_vector_handler(vector.raw, nullptr, nullptr);
}

void dispatch_interrupt(TrapFrame& frame) {
    // The local APIC reports an interrupt that went away under this number and expects no answer.
    if (frame.vector == vector_spurious) return;
    enter_interrupt();
    Slot& slot = slots[frame.vector];
    if (const IrqHandler handler = slot.handler.load(std::memory_order_acquire)) handler(slot.context);
    if (frame.vector < vector_legacy_controller || frame.vector >= vector_legacy_controller + 16) end_of_interrupt();
    leave_interrupt();
    if (in_interrupt() || preempt_count() != 0) return;
    if (void (*const hook)() = irq_exit_hook.load(std::memory_order_relaxed)) hook();
}

} // namespace arch
