/* SPDX-License-Identifier: MIT */
/* lwIP's threads, semaphores, mutexes and mailboxes. The handles lie in the namespace's exclusive memory and
 * point to the kernel's shared objects, never the other way round; port.cpp, semaphore.cpp and mailbox.cpp give them
 * their meaning. */
#pragma once

#include <arch/preempt.h>
#include <stdint.h>

struct lacuna_semaphore;
struct lacuna_mutex;
struct lacuna_mailbox;
struct lacuna_thread;

typedef struct lacuna_semaphore *sys_sem_t;
typedef struct lacuna_mutex *sys_mutex_t;
typedef struct lacuna_mailbox *sys_mbox_t; /* exclusive: it holds the ring of messages */
typedef struct lacuna_thread *sys_thread_t;
typedef uint32_t sys_prot_t;

#define sys_sem_valid(semaphore) (*(semaphore) != NULL)
#define sys_sem_valid_val(semaphore) ((semaphore) != NULL)
#define sys_sem_set_invalid(semaphore) (*(semaphore) = NULL)
#define sys_sem_set_invalid_val(semaphore) ((semaphore) = NULL)
#define sys_mutex_valid(mutex) (*(mutex) != NULL)
#define sys_mutex_set_invalid(mutex) (*(mutex) = NULL)
#define sys_mbox_valid(mailbox) (*(mailbox) != NULL)
#define sys_mbox_valid_val(mailbox) ((mailbox) != NULL)
#define sys_mbox_set_invalid(mailbox) (*(mailbox) = NULL)
#define sys_mbox_set_invalid_val(mailbox) ((mailbox) = NULL)

/* lwIP's "lightweight protection": a spin lock that its holder may take again, with preemption off while it is held.
 * lwIP holds it for a few instructions around a counter or a list, two dozen times in a round trip, and calls nothing
 * from inside that sleeps. One per namespace; interrupt handlers never take it. */
struct lacuna_protection {
    uint32_t owner; /* the holding CPU's number plus 1; 0: nobody */
};
extern struct lacuna_protection lacuna_lwip_protection;

/* What the caller has to give back: whether it is the lock. */
static inline sys_prot_t lacuna_lwip_protect(void) {
    arch_preempt_disable();
    const uint32_t self = arch_cpu_id() + 1;
    uint32_t holder = 0;
    while (!__atomic_compare_exchange_n(&lacuna_lwip_protection.owner, &holder, self, 0, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED)) {
        /* Ordering: only this CPU ever stores `self`, so a stale read can never equal it. */
        if (holder == self) return 0;
        holder = 0;
        arch_pause();
    }
    return 1;
}

static inline void lacuna_lwip_unprotect(sys_prot_t owned) {
    /* Ordering: release hands what was written under the lock to the next owner. */
    if (owned) __atomic_store_n(&lacuna_lwip_protection.owner, 0, __ATOMIC_RELEASE);
    arch_preempt_enable();
}

#define SYS_ARCH_DECL_PROTECT(lev) sys_prot_t lev
#define SYS_ARCH_PROTECT(lev) lev = lacuna_lwip_protect()
#define SYS_ARCH_UNPROTECT(lev) lacuna_lwip_unprotect(lev)

/* A counter that lwIP changes by nothing else: one instruction, and no lock. Ordering: relaxed, for nothing is read
 * because of what it says. */
#define SYS_ARCH_INC(counter, n) ((void)__atomic_fetch_add(&(counter), (n), __ATOMIC_RELAXED))
#define SYS_ARCH_DEC(counter, n) ((void)__atomic_fetch_sub(&(counter), (n), __ATOMIC_RELAXED))
#define SYS_ARCH_GET(counter, out) ((out) = __atomic_load_n(&(counter), __ATOMIC_RELAXED))
