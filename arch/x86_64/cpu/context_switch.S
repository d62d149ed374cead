// SPDX-License-Identifier: MIT
// Offsets of arch::Context: 0 stack_pointer, 8 resume_address, 16 entry, 24 argument.

    .text

    // void switch_context(Context& from, const Context& to, std::uint64_t pgd, std::uint32_t key_rights)
    .globl switch_context
switch_context:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    leaq context_resume(%rip), %rax
    movq %rax, 8(%rdi)
    // From here to the new stack nothing but registers and the two contexts is touched.
    movq (%rsi), %r9
    movq 8(%rsi), %r10
    movq 16(%rsi), %r8
    movq 24(%rsi), %rdi
    testq %rdx, %rdx
    jz 1f
    movq %rdx, %cr3
    testl %ecx, %ecx
    jnz 2f
1:  movq %r9, %rsp
    jmp *%r10
2:  movl %ecx, %eax
    xorl %edx, %edx
    movl $0x6e1, %ecx                           // IA32_PKRS
    wrmsr
    jmp 1b

context_resume:
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret

    // Where a new task begins: entry in %r8, argument in %rdi, empty stack.
    .globl context_start
context_start:
    xorl %ebp, %ebp
    pushq $0                                    // where a backtrace ends
    pushq $0
    call *%r8
    ud2

    .section .note.GNU-stack, "", @progbits
