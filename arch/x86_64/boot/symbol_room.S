// SPDX-License-Identifier: MIT
// Room for the kernel's symbol table. tools/embed_symbols.py fills it after linking; until then it
// is zero, which reads as an empty table.

    .section .symbols, "a", @progbits
    .balign 8
    .skip 192 * 1024

    .section .note.GNU-stack, "", @progbits
