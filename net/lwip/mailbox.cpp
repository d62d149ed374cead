// SPDX-License-Identifier: MIT
#include "net/lwip/mailbox.hpp"
#include "kernel/sched/sched.hpp"
#include "net/lwip/instance.hpp"
#include "net/lwip/receiver.hpp"
#include "net/lwip/start_up_objects.hpp"

#include <arch/cc.h>
#include <arch/cpu.hpp>
#include <lwip/sys.h>

#include <new>
#include <utility>

namespace {

/// lwIP's time-outs: milliseconds, 0 for ever.
kernel::Deadline deadline(u32_t timeout_ms) {
    return timeout_ms == 0 ? kernel::Deadline::never() : kernel::Deadline::in(kernel::milliseconds(timeout_ms));
}

bool is_lwip_thread() { return &kernel::current() == net::instance.lwip_thread; }

} // namespace

// Preemption is off while the ring's lock is held: it is a plain spin lock, which ranks do not see
// because it lies in exclusive memory and nothing is taken inside it.
//
// Ordering of both: sequentially consistent. Here the count changes before the sleepers are looked at; a
// sleeper announces itself before it looks at the count. One of the two sees the other.
bool lacuna_mailbox::put(void* message) {
    {
        arch::PreemptGuard guard;
        lock.lock();
        const bool full = head - tail == capacity;
        if (!full) {
            slots()[head++ % capacity] = message;
            gate->waiting.store(head - tail);
        }
        lock.unlock();
        if (full) return false;
    }
    if (gate->readers.load() != 0) [[unlikely]] // who waits stands in, as a rule
        gate->filled.wake_one();
    if (gate->stand_in.load()) net::instance.receiver->wake_stand_in();
    return true;
}

kernel::Result<> lacuna_mailbox::wait(kernel::Deadline end) const {
    if (!is_lwip_thread()) { // it would wait for ever, and nobody else could stand in
        const net::StandIn receiver(net::instance.receiver);
        if (receiver) return receiver.receive_until(gate->waiting, gate->stand_in, end);
    }
    ++gate->readers;
    const auto woken = gate->filled.wait([gate = gate] { return gate->waiting.load() != 0; }, end);
    --gate->readers;
    return woken;
}

bool lacuna_mailbox::take(void*& message) {
    if (gate->waiting.load() == 0) return false; // under the lock it would be no truer
    {
        arch::PreemptGuard guard;
        lock.lock();
        const bool empty = head == tail;
        if (!empty) {
            message = slots()[tail++ % capacity];
            gate->waiting.store(head - tail);
        }
        lock.unlock();
        if (empty) return false;
    }
    if (gate->writers.load() != 0) [[unlikely]]
        gate->emptied.wake_one();
    return true;
}

extern "C" {

err_t sys_mbox_new(sys_mbox_t* mailbox, int size) {
    if (net::start_up_objects.mailbox != nullptr) {
        *mailbox = std::exchange(net::start_up_objects.mailbox, nullptr);
        return ERR_OK;
    }
    const auto capacity = static_cast<std::uint32_t>(size > 0 ? size : 32);
    void* block = lacuna_lwip_malloc(sizeof(lacuna_mailbox) + capacity * sizeof(void*));
    if (block == nullptr) return ERR_MEM;
    auto* gate = new (std::nothrow) net::MailboxGate;
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
    net::MailboxGate& gate = *(*mailbox)->gate;
    const std::uint32_t capacity = (*mailbox)->capacity;
    while (!(*mailbox)->put(message)) {
        ++gate.writers;
        const auto room = gate.emptied.wait([&gate, capacity] { return gate.waiting.load() < capacity; });
        --gate.writers;
        kernel::ensure(room.has_value(), "a shielded wait ended early");
    }
}

err_t sys_mbox_trypost(sys_mbox_t* mailbox, void* message) { return (*mailbox)->put(message) ? ERR_OK : ERR_MEM; }

err_t sys_mbox_trypost_fromisr(sys_mbox_t* mailbox, void* message) { return sys_mbox_trypost(mailbox, message); }

u32_t sys_arch_mbox_fetch(sys_mbox_t* mailbox, void** message, u32_t timeout) {
    void* taken = nullptr;
    if (!(*mailbox)->take(taken)) {
        const kernel::Deadline end = deadline(timeout);
        do {
            const auto filled = (*mailbox)->wait(end);
            if (filled) continue;
            // A killed task sees a time-out: its callers in lwIP give up cleanly, and the application
            // returns. lwIP's own thread would only ask again; it holds nothing here, and ends.
            if (filled.error() == kernel::Error::Killed && is_lwip_thread()) {
                kernel::exit(kernel::ExitReason::Killed);
            }
            if (message != nullptr) *message = nullptr;
            return SYS_ARCH_TIMEOUT;
        } while (!(*mailbox)->take(taken));
    }
    if (message != nullptr) *message = taken;
    return 0;
}

u32_t sys_arch_mbox_tryfetch(sys_mbox_t* mailbox, void** message) {
    void* taken = nullptr;
    const bool found = (*mailbox)->take(taken);
    if (message != nullptr) *message = taken;
    return found ? 0 : SYS_MBOX_EMPTY;
}

} // extern "C"
