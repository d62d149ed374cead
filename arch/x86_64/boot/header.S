// SPDX-License-Identifier: MIT
// What boot loaders look for in the file. Both name a physical entry address, since the ELF entry
// is virtual.

#include "arch/x86_64/boot/boot_constants.h"

    // Multiboot2 specification 3.1: the header, on 8 bytes, in the first 32 KiB of the file.
    .section .boot_header, "a"
    .balign 8
multiboot2_header:
    .long MULTIBOOT2_HEADER_MAGIC
    .long 0                                     // architecture: i386 protected mode
    .long multiboot2_header_end - multiboot2_header
    .long -(MULTIBOOT2_HEADER_MAGIC + (multiboot2_header_end - multiboot2_header))

    .balign 8
    .short 3, 0                                 // entry address, required
    .long 12
    .long multiboot2_entry - KERNEL_BASE
    .balign 8
    .short 6, 0                                 // modules on page boundaries
    .long 8
    .balign 8
    .short 0, 0                                 // end
    .long 8
multiboot2_header_end:

    // Xen's PVH boot ABI (xen/include/public/elfnote.h): XEN_ELFNOTE_PHYS32_ENTRY.
    .section .note.Xen, "a", @note
    .balign 4
    .long 4                                     // bytes of the name
    .long 8                                     // bytes of the value
    .long 18
    .asciz "Xen"
    .quad pvh_entry - KERNEL_BASE
