// SPDX-License-Identifier: MIT
#include "kernel/sched/sched.hpp"
#include "net/lwip/instance.hpp"
#include "net/lwip/mailbox.hpp"

#include <arch/cc.h>
#include <arch/cpu.hpp>
#include <lwip/sys.h>

#include <new>

namespace {

/// lwIP's time-outs: milliseconds, 0 for ever.
kernel::Deadline deadline(u32_t timeout_ms) {
    return timeout_ms == 0 ? kernel::Deadline::never()
                           : kernel::Deadline::in(kernel::milliseconds(timeout_ms));
}

bool is_lwip_thread() { return &kernel::current() == net::instance.lwip_thread; }

} // namespace

// Preemption is off while the ring's lock is held: it is a plain spin lock, which ranks do not see
// because it lies in exclusive memory and nothing is taken inside it.
void lacuna_mailbox::put(void* message) {
    arch::PreemptGuard guard;
    lock.lock();
    slots()[head++ % capacity] = message;
    lock.unlock();
}

void* lacuna_mailbox::take() {
    arch::PreemptGuard guard;
    lock.lock();
    void* message = slots()[tail++ % capacity];
    lock.unlock();
    return message;
}

extern "C" {

err_t sys_mbox_new(sys_mbox_t* mailbox, int size) {
    const auto capacity = static_cast<std::uint32_t>(size > 0 ? size : 32);
    void* block = lacuna_lwip_malloc(sizeof(lacuna_mailbox) + capacity * sizeof(void*));
    if (block == nullptr) return ERR_MEM;
    auto* gate = new (std::nothrow) net::MailboxGate(capacity);
    if (gate == nullptr) {
        lacuna_lwip_free(block);
        return ERR_MEM;
    }
    net::instance.objects->add(*gate);
    *mailbox = new (block) lacuna_mailbox{gate, capacity, 0, 0, {}};
    return ERR_OK;
}

void sys_mbox_free(sys_mbox_t* mailbox) {
    net::instance.objects->destroy(*(*mailbox)->gate);
    lacuna_lwip_free(*mailbox);
}

void sys_mbox_post(sys_mbox_t* mailbox, void* message) {
    // lwIP has no way to hear that a post failed: only its own thread's mailbox is posted to like this,
    // and that thread drains it as long as it lives.
    const kernel::KillShield shield;
    kernel::ensure((*mailbox)->gate->free.acquire().has_value(), "a shielded wait ended early");
    (*mailbox)->put(message);
    (*mailbox)->gate->filled.release();
}

err_t sys_mbox_trypost(sys_mbox_t* mailbox, void* message) {
    if (!(*mailbox)->gate->free.try_acquire()) return ERR_MEM;
    (*mailbox)->put(message);
    (*mailbox)->gate->filled.release();
    return ERR_OK;
}

err_t sys_mbox_trypost_fromisr(sys_mbox_t* mailbox, void* message) {
    return sys_mbox_trypost(mailbox, message);
}

u32_t sys_arch_mbox_fetch(sys_mbox_t* mailbox, void** message, u32_t timeout) {
    if (const auto filled = (*mailbox)->gate->filled.acquire(deadline(timeout)); !filled) {
        // A killed task sees a time-out: its callers in lwIP give up cleanly, and the application
        // returns. lwIP's own thread would only ask again; it holds nothing here, and ends.
        if (filled.error() == kernel::Error::Killed && is_lwip_thread()) {
            kernel::exit(kernel::ExitReason::Killed);
        }
        if (message != nullptr) *message = nullptr;
        return SYS_ARCH_TIMEOUT;
    }
    void* taken = (*mailbox)->take();
    (*mailbox)->gate->free.release();
    if (message != nullptr) *message = taken;
    return 0;
}

u32_t sys_arch_mbox_tryfetch(sys_mbox_t* mailbox, void** message) {
    if (!(*mailbox)->gate->filled.try_acquire()) {
        if (message != nullptr) *message = nullptr;
        return SYS_MBOX_EMPTY;
    }
    void* taken = (*mailbox)->take();
    (*mailbox)->gate->free.release();
    if (message != nullptr) *message = taken;
    return 0;
}

} // extern "C"
