// SPDX-License-Identifier: MIT
// lwIP's semaphores and mutexes: a pointer in exclusive memory to a kernel object in shared memory.
#include "kernel/sync/semaphore.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/sync/mutex.hpp"
#include "net/lwip/core_unlock.hpp"
#include "net/lwip/instance.hpp"
#include "net/lwip/receiver.hpp"
#include "net/lwip/shared_objects.hpp"
#include "net/lwip/start_up_objects.hpp"

#include <lwip/sys.h>
#include <lwip/tcpip.h>

#include <atomic>
#include <cstdint>
#include <new>
#include <utility>

struct lacuna_semaphore final : net::SharedObject {
    explicit lacuna_semaphore(std::uint32_t permits) : semaphore(permits), signals(permits) {}
    /// Takes a permit. Errors: TimedOut, Killed.
    kernel::Result<> wait(kernel::Deadline deadline) {
        while (!semaphore.try_acquire()) {
            const net::StandIn receiver(net::instance.receiver);
            if (!receiver) {
                TRY(semaphore.acquire(deadline));
                break;
            }
            TRY(receiver.receive_until(signals, stand_in, deadline));
        }
        --signals;
        return {};
    }

    kernel::Semaphore semaphore;
    std::atomic<std::uint32_t> signals{0}; ///< permits given out and not yet taken
    std::atomic<bool> stand_in{false};     ///< a task waits for one that stands in for the receiver
};

struct lacuna_mutex final : net::SharedObject {
    kernel::Mutex mutex{"lwip core"};
};

namespace net {

LACUNA_PER_NAMESPACE void (*at_core_unlock)() = nullptr;

} // namespace net

extern "C" {

err_t sys_sem_new(sys_sem_t* semaphore, u8_t count) {
    auto* object = new (std::nothrow) lacuna_semaphore(count);
    if (object == nullptr) return ERR_MEM;
    net::instance.objects->add(*object);
    *semaphore = object;
    return ERR_OK;
}

void sys_sem_free(sys_sem_t* semaphore) { net::instance.objects->destroy(**semaphore); }

// Ordering of both: sequentially consistent. Here the count changes before the stand-in is looked for; a stand-in
// announces itself before it looks at the count. One of the two sees the other.
void sys_sem_signal(sys_sem_t* semaphore) {
    lacuna_semaphore& object = **semaphore;
    ++object.signals;
    object.semaphore.release();
    if (object.stand_in.load()) net::instance.receiver->wake_stand_in();
}

u32_t sys_arch_sem_wait(sys_sem_t* semaphore, u32_t timeout) {
    if (timeout != 0) {
        const auto deadline = kernel::Deadline::in(kernel::milliseconds(timeout));
        return (*semaphore)->wait(deadline) ? 0 : SYS_ARCH_TIMEOUT;
    }
    // Without a time-out lwIP waits for the end of a request that lies on the waiter's stack: leaving
    // early would leave the request behind. When the stack stops, it ends all requests.
    const kernel::KillShield shield;
    kernel::ensure((*semaphore)->wait(kernel::Deadline::never()).has_value(), "a shielded wait ended early");
    return 0;
}

err_t sys_mutex_new(sys_mutex_t* mutex) {
    if (net::start_up_objects.core_lock != nullptr) {
        *mutex = std::exchange(net::start_up_objects.core_lock, nullptr);
        return ERR_OK;
    }
    auto* object = new (std::nothrow) lacuna_mutex;
    if (object == nullptr) return ERR_MEM;
    net::instance.objects->add(*object);
    *mutex = object;
    return ERR_OK;
}

void sys_mutex_free(sys_mutex_t* mutex) { net::instance.objects->destroy(**mutex); }

// The analysis cannot follow a lock through C's pair of functions.
void sys_mutex_lock(sys_mutex_t* mutex) LACUNA_NO_TSA { (*mutex)->mutex.lock(); }
void sys_mutex_unlock(sys_mutex_t* mutex) LACUNA_NO_TSA { (*mutex)->mutex.unlock(); }

void lacuna_lwip_unlock_core(void) LACUNA_NO_TSA {
    if (auto* const work = std::exchange(net::at_core_unlock, nullptr)) work();
    lock_tcpip_core->mutex.unlock();
}

/// LWIP_ASSERT_CORE_LOCKED() of lwIP's raw API.
void lacuna_lwip_assert_core_locked(void) {
    // lwIP sets itself up, in one thread, before it makes the lock.
    if (lock_tcpip_core == nullptr) return;
    kernel::ensure(lock_tcpip_core->mutex.held_by_current(), "lwIP's raw API called without its core lock");
}

} // extern "C"
