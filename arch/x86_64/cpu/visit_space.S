// SPDX-License-Identifier: MIT

    .text

    // void visit_space(uint64_t there, uint64_t back, uint64_t stack_top, void (*work)(void*), void* argument)
    .globl visit_space
visit_space:
    pushq %rbp
    movq %rsp, %rbp
    pushq %rbx
    pushq %r12
    movq %rsp, %rbx                             // both are kept by `work`
    movq %rsi, %r12
    // From here to the return to the caller's stack nothing on that is touched.
    movq %rdi, %cr3
    movq %rdx, %rsp
    pushq $0                                    // where a backtrace ends
    pushq $0
    movq %rsp, %rbp
    movq %r8, %rdi
    call *%rcx
    movq %r12, %cr3
    movq %rbx, %rsp
    popq %r12
    popq %rbx
    popq %rbp
    ret

    .section .note.GNU-stack, "", @progbits
