// SPDX-License-Identifier: MIT
// From the boot loader's 32-bit protected mode to C++ in the higher half. Both entries come with
// paging off, flat segments and interrupts off; %ebx holds the physical address of what the loader
// has to say. The boot page tables map the first 4 GiB three times: at 0 (where this code runs), at
// the direct map's slot, and the first of them at the kernel's place. mm replaces them.

#include "arch/x86_64/boot/boot_constants.h"
#include "arch/x86_64/boot/long_mode.h"

#define TABLE_FLAGS 0x23        // present, writable, accessed
#define LARGE_LEAF_FLAGS 0xe3   // present, writable, accessed, dirty, 2 MiB
#define DIRECT_MAP_SLOT 256
#define DEVICE_SLOT 352
#define IMAGE_SLOT 511
#define KERNEL_IMAGE_ENTRY 510

#define CPUID_LONG_MODE_AND_NX 0x20100000

#define COM1 0x3f8

    .text
    .code32
    // The ELF entry. GRUB wants it inside a segment, nobody jumps to it.
    .globl boot_entry
boot_entry:
    .globl pvh_entry
pvh_entry:
    movl $PVH_START_MAGIC, %ebp
    jmp enter_long_mode

    .globl multiboot2_entry
multiboot2_entry:
    movl %eax, %ebp

enter_long_mode:
    cli
    cld
    movl $PHYSICAL(boot_stack_top), %esp
    movl %ebx, %esi                             // CPUID overwrites %ebx
    rdtsc                                       // see arch::boot_cycles()
    movl %eax, PHYSICAL(boot_cycles)
    movl %edx, PHYSICAL(boot_cycles) + 4

    movl $0x80000000, %eax
    cpuid
    cmpl $0x80000001, %eax
    jb cpu_too_old
    movl $0x80000001, %eax
    cpuid
    andl $CPUID_LONG_MODE_AND_NX, %edx
    cmpl $CPUID_LONG_MODE_AND_NX, %edx
    jne cpu_too_old

    // Four page directories in a row map 4 GiB by 2 MiB.
    movl $PHYSICAL(boot_directories), %edi
    movl $LARGE_LEAF_FLAGS, %eax
1:  movl %eax, (%edi)
    addl $8, %edi
    addl $0x200000, %eax
    jnc 1b

    movl $PHYSICAL(boot_directories) + TABLE_FLAGS, %eax
    movl $PHYSICAL(boot_low_pdpt), %edi
    movl %eax, PHYSICAL(boot_high_pdpt) + KERNEL_IMAGE_ENTRY * 8
    movl $4, %ecx
2:  movl %eax, (%edi)
    addl $0x1000, %eax
    addl $8, %edi
    loop 2b

    movl $PHYSICAL(boot_low_pdpt) + TABLE_FLAGS, PHYSICAL(boot_pml4)
    movl $PHYSICAL(boot_low_pdpt) + TABLE_FLAGS, PHYSICAL(boot_pml4) + DIRECT_MAP_SLOT * 8
    movl $PHYSICAL(device_slot_pdpt) + TABLE_FLAGS, PHYSICAL(boot_pml4) + DEVICE_SLOT * 8
    movl $PHYSICAL(boot_high_pdpt) + TABLE_FLAGS, PHYSICAL(boot_pml4) + IMAGE_SLOT * 8

    turn_on_long_mode
    lgdt PHYSICAL(boot_gdt_pointer)
    ljmpl $BOOT_CODE64, $PHYSICAL(in_long_mode)

    // No stack, no C++, maybe no serial port: say it, stop.
cpu_too_old:
    movl $PHYSICAL(cpu_too_old_text), %esi
    movw $COM1, %dx
3:  lodsb
    testb %al, %al
    jz 4f
    outb %al, %dx
    jmp 3b
4:  hlt
    jmp 4b

    .code64
in_long_mode:
    movabsq $in_higher_half, %rax
    jmp *%rax
in_higher_half:
    movl $BOOT_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    movq $boot_stack_top, %rsp
    movl %ebp, %edi                             // the loader's magic number
                                                // %rsi: its information
    xorl %ebp, %ebp                             // ends every backtrace
    pushq $0
    pushq $0
    call boot_main
    ud2

    .section .rodata
cpu_too_old_text:
    .asciz "Lacuna needs a 64-bit processor with NX.\n"
    .balign 8
    .globl boot_gdt
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff                    // code, 64 bits, ring 0
    .quad 0x00cf93000000ffff                    // data
    .quad 0x00cf9b000000ffff                    // code, 32 bits: the way of application processors
boot_gdt_pointer:
    .short BOOT_GDT_SIZE - 1
    .long PHYSICAL(boot_gdt)

    .bss
    .balign 4096
    .globl boot_pml4
boot_pml4:
    .skip 4096
boot_low_pdpt:
    .skip 4096
boot_high_pdpt:
    .skip 4096
boot_directories:
    .skip 4 * 4096
    .globl boot_stack
boot_stack:
    .skip BOOT_STACK_SIZE
    .globl boot_stack_top
boot_stack_top:
    .globl boot_cycles
boot_cycles:
    .skip 8

    .section .note.GNU-stack, "", @progbits
