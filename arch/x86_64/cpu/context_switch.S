// SPDX-License-Identifier: MIT
// Offsets of arch::Context: 0 stack_pointer, 8 resume_address, 16 entry, 24 argument.

    .text

    // Context* switch_context(Context& from, const Context& to, std::uint64_t pgd, std::uint32_t key_rights)
    .globl switch_context
switch_context:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq $context_resume, 8(%rdi)
    movq %rdi, %rax                             // what the next one returns
    // From here to the new stack nothing but registers and the two contexts is touched.
    testq %rdx, %rdx
    jz 1f
    movq %rdx, %cr3
    testl %ecx, %ecx
    jnz 2f
1:  movq (%rsi), %rsp
    jmp *8(%rsi)
2:  movq %rax, %r8
    movl %ecx, %eax
    xorl %edx, %edx
    movl $0x6e1, %ecx                           // IA32_PKRS
    wrmsr
    movq %r8, %rax
    jmp 1b

context_resume:
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret

    // Where a new task begins: its context in %rsi, the one left in %rax, empty stack.
    .globl context_start
context_start:
    xorl %ebp, %ebp
    pushq $0                                    // where a backtrace ends
    pushq $0
    movq 24(%rsi), %rdi
    movq 16(%rsi), %rcx
    movq %rax, %rsi
    call *%rcx
    ud2

    .section .note.GNU-stack, "", @progbits
