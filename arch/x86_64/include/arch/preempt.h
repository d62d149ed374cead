/* SPDX-License-Identifier: MIT */
/* Who this CPU is, and that it may not switch tasks, for C: what <arch/cpu.hpp> gives to C++. */
#pragma once

#include <stdint.h>

/* Where they are in PerCpuArea; <arch/per_cpu.hpp> holds them against it. */
#define ARCH_PER_CPU_ID 16
#define ARCH_PER_CPU_PREEMPT_COUNT 20

/* Until as many calls of the other one, the current task stays on this CPU. */
static inline void arch_preempt_disable(void) {
    __asm__ volatile("incl %%gs:%c0" : : "i"(ARCH_PER_CPU_PREEMPT_COUNT) : "memory", "cc");
}

static inline void arch_preempt_enable(void) {
    __asm__ volatile("decl %%gs:%c0" : : "i"(ARCH_PER_CPU_PREEMPT_COUNT) : "memory", "cc");
}

/* The number of this CPU, dense from 0. With preemption off. */
static inline uint32_t arch_cpu_id(void) {
    uint32_t id;
    __asm__ volatile("movl %%gs:%c1, %0" : "=r"(id) : "i"(ARCH_PER_CPU_ID));
    return id;
}

/* What is in every spin loop. */
static inline void arch_pause(void) { __asm__ volatile("pause" : : : "memory"); }
