// SPDX-License-Identifier: MIT
// The 256 entry points of the interrupt table. Each makes the stack look like arch::TrapFrame.

    .text

    // Pushed by the CPU: ss, rsp, rflags, cs, rip and, for some exceptions, an error code.
    .macro ENTRY vector
    .balign 16
.Ltrap_\vector:
    // These push an error code themselves (Intel SDM vol. 3A, table 6-1).
    .set has_code, (\vector == 8) || (\vector >= 10 && \vector <= 14) || (\vector == 17)
    .set has_code, has_code || (\vector == 21) || (\vector == 29) || (\vector == 30)
    .if !has_code
    pushq $0
    .endif
    pushq $\vector
    jmp trap_common
    .endm

    .altmacro
    .macro ENTRY_OF vector
    ENTRY \vector
    .endm
    .set number, 0
    .rept 256
    ENTRY_OF %number
    .set number, number + 1
    .endr

    .balign 16
trap_common:
    cld
    pushq %rax
    pushq %rbx
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %rbp
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, %rdi
    // A frame for the backtrace: it goes on at the interrupted instruction.
    pushq 17 * 8(%rsp)
    pushq %rbp
    movq %rsp, %rbp
    call trap_dispatch
    addq $16, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rbp
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rbx
    popq %rax
    addq $16, %rsp                              // vector, error code
    iretq

    // The table of entries, for the interrupt table.
    .section .rodata
    .balign 8
    .globl trap_entries
trap_entries:
    .macro ENTRY_ADDRESS vector
    .quad .Ltrap_\vector
    .endm
    .set number, 0
    .rept 256
    ENTRY_ADDRESS %number
    .set number, number + 1
    .endr

    .section .note.GNU-stack, "", @progbits
