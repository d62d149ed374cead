// SPDX-License-Identifier: MIT
// Where an application processor begins: in real mode at the start of the page below 1 MiB whose
// number the start-up interrupt carried (Intel SDM vol. 3A, 9.4.4). That page holds a copy of what
// stands between ap_trampoline and ap_trampoline_end; it leads to protected mode and into the image.
// From there on the way is the boot processor's: boot page tables, long mode, the higher half.
// No stack is touched before the kernel's own page tables are loaded, which map it.

#include "arch/x86_64/boot/boot_constants.h"
#include "arch/x86_64/boot/long_mode.h"

    .text
    .code16
    .globl ap_trampoline
ap_trampoline:
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds
    lgdtl ap_gdt_pointer - ap_trampoline
    // An INIT leaves CD and NW set: caches off.
    movl $CR0_PROTECTED_16, %eax
    movl %eax, %cr0
    ljmpl $BOOT_CODE32, $PHYSICAL(ap_protected)

    .balign 4
ap_gdt_pointer:
    .short BOOT_GDT_SIZE - 1
    .long PHYSICAL(boot_gdt)
    .globl ap_trampoline_end
ap_trampoline_end:

    .code32
ap_protected:
    movl $BOOT_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    // Whoever comes after the boot processor gave up on it stays out for good: what it would take
    // over is somebody else's by now.
    movl $AP_AWAITED, %eax
    movl $AP_ARRIVED, %ecx
    lock cmpxchgl %ecx, PHYSICAL(ap_state)
    jne ap_halt

    turn_on_long_mode
    ljmpl $BOOT_CODE64, $PHYSICAL(ap_long_mode)

ap_halt:
    hlt
    jmp ap_halt

    .code64
ap_long_mode:
    movabsq $ap_higher_half, %rax
    jmp *%rax
ap_higher_half:
    movq ap_pgd(%rip), %rax
    movq %rax, %cr3
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    movq ap_stack_top(%rip), %rsp
    xorl %ebp, %ebp                             // ends every backtrace
    pushq $0
    pushq $0
    call ap_main
    ud2

    .section .note.GNU-stack, "", @progbits
