/* SPDX-License-Identifier: MIT */
/* What assembler and C++ must agree on. */
#pragma once

#define KERNEL_BASE 0xffffffff80000000
#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6
#define MULTIBOOT2_LOADER_MAGIC 0x36d76289
#define PVH_START_MAGIC 0x336ec578
#define BOOT_STACK_SIZE 65536

/* PG WP NE ET MP PE; CD and NW clear, which Bochs enters with. */
#define CR0_PROTECTED 0x80010033
/* The same before paging. */
#define CR0_PROTECTED_16 0x33
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_LME_NXE 0x900

/* The segments of boot_gdt, which CPUs use until they load tables of their own. */
#define BOOT_CODE64 0x08
#define BOOT_DATA 0x10
#define BOOT_CODE32 0x18
#define BOOT_GDT_SIZE 0x20

/* ap_state: nobody is expected; one processor may come; it has come. */
#define AP_NONE 0
#define AP_AWAITED 1
#define AP_ARRIVED 2
