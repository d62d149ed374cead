# SPDX-License-Identifier: MIT
"""The audit from outside: an implementation of its own, in another language, over a memory dump.

It shares nothing with mm/audit but the rules. From the kernel's ELF file it takes one symbol, which says
where the frame table is; the page tables it finds and reads by itself.
"""
