/* SPDX-License-Identifier: MIT */
/* lwIP's threads, semaphores, mutexes and mailboxes. The handles lie in the namespace's exclusive memory and
 * point to the kernel's shared objects, never the other way round; sys_arch.cpp gives them their meaning. */
#pragma once

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
