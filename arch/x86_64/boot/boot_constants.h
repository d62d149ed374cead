/* SPDX-License-Identifier: MIT */
/* What assembler and C++ must agree on. */
#pragma once

#define KERNEL_BASE 0xffffffff80000000
#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6
#define MULTIBOOT2_LOADER_MAGIC 0x36d76289
#define PVH_START_MAGIC 0x336ec578
#define BOOT_STACK_SIZE 65536
