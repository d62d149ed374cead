// SPDX-License-Identifier: MIT
#include "kernel/sync/spin_lock.hpp"

namespace kernel {

namespace {
void nothing() {}
constinit void (*spin_hook)() = &nothing;
} // namespace

void set_spin_hook(void (*hook)()) {
    spin_hook = hook;
}

void spin_once() {
    spin_hook();
    // It also lets a single-threaded emulator run the holder.
    arch::pause();
}

[[clang::preserve_most]] void SpinLock::wait_for(uint32_t ticket) {
    while (serving_.load(std::memory_order_acquire) != ticket)
        spin_once();
}

} // namespace kernel
