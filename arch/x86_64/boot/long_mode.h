// SPDX-License-Identifier: MIT
// The step that every processor takes from 32-bit protected mode, paging off, onto the boot page tables.
// Assembly only; after boot_constants.h.
#pragma once

#define PHYSICAL(symbol) (symbol - KERNEL_BASE)

    // Changes %eax, %ecx, %edx. A far jump to a 64-bit code segment is to follow (Intel SDM vol. 3A, 9.8.5).
    .macro turn_on_long_mode
    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $PHYSICAL(boot_pml4), %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME_NXE, %eax
    wrmsr
    movl $CR0_PROTECTED, %eax
    movl %eax, %cr0
    .endm
