// SPDX-License-Identifier: MIT
// One-byte accesses that may fault. trap.cpp knows the two instructions by their labels.

    .text

    // bool probe_load(const std::byte* from, std::byte* to)
    .globl probe_load
probe_load:
    .globl probe_load_instruction
probe_load_instruction:
    movb (%rdi), %al
    movb %al, (%rsi)
    movl $1, %eax
    ret

    // bool probe_store(std::byte* to, std::byte value)
    .globl probe_store
probe_store:
    .globl probe_store_instruction
probe_store_instruction:
    movb %sil, (%rdi)
    movl $1, %eax
    ret

    .globl probe_failed
probe_failed:
    xorl %eax, %eax
    ret

    .section .note.GNU-stack, "", @progbits
