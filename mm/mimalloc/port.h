/* SPDX-License-Identifier: MIT
 *
 * What mimalloc and the kernel say to each other, in C. A heap is what mimalloc calls a heap and its thread's data,
 * together and at an address of the caller's choice; all that belongs to it lies there and in the segments that it is
 * given. It calls nobody: a heap that wants another segment fails, and the caller adds one and asks again. Calls on one
 * heap are never made at the same time; the caller sees to it.
 */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lacuna_heap;

/* Up to this size a heap serves every block, in bytes. */
#define LACUNA_HEAP_LARGEST 4096
/* The size and the alignment of a segment, in bytes. */
#define LACUNA_HEAP_SEGMENT (64 * 1024)
/* What a heap takes for itself, in bytes. */
size_t lacuna_heap_bytes(void);

/* Makes an empty heap, without a segment, in memory aligned to 64. */
void lacuna_heap_open(struct lacuna_heap *heap);
/* Gives the heap a segment, with whatever content. */
void lacuna_heap_add(struct lacuna_heap *heap, void *segment);
/* A segment that was given and is not in use any more, now the caller's; null if there is none. */
void *lacuna_heap_spare(struct lacuna_heap *heap);

/* A block aligned to 16, and to its size if that is a power of two; null if that takes another segment. Then all
 * that is empty has been put together before, so there is no spare. Precondition: 0 < bytes <= LACUNA_HEAP_LARGEST. */
void *lacuna_heap_alloc(struct lacuna_heap *heap, size_t bytes);
/* Takes back a block; the heap is found by way of its segment. */
void lacuna_heap_free(void *block);
size_t lacuna_heap_usable_size(const void *block);
/* Whether a block in use may begin at an address of a segment: one of a page that has such, and where one begins. */
int lacuna_heap_may_be_block(const void *address);

#ifdef __cplusplus
}
#endif
