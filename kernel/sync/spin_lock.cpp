// SPDX-License-Identifier: MIT
#include "kernel/sync/spin_lock.hpp"

namespace kernel {

namespace {
void nothing() {}
constinit void (*spin_hook)() = &nothing;
} // namespace

void set_spin_hook(void (*hook)()) { spin_hook = hook; }

void spin_once() {
    spin_hook();
    // It also lets a single-threaded emulator run the holder.
    arch::pause();
}

[[clang::preserve_most]] void SpinLock::wait() {
    for (uint32_t round = 0; round < patience; ++round) {
        // A look first: it does not take the cache line away from the holder.
        if (!is_locked() && take_if_free()) return;
        spin_once();
    }
    const uint32_t ticket = next_.fetch_add(1, std::memory_order_relaxed);
    while (serving_.load(std::memory_order_acquire) != ticket) spin_once();
}

} // namespace kernel
