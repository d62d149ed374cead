/* SPDX-License-Identifier: MIT
 *
 * Stands in for mimalloc's own os.c, arena.c, segment-cache.c, options.c, random.c and stats.c, of which the rest
 * needs these functions. A heap is found again from a part of it that each call gets: nothing here is global.
 */
#include "mm/mimalloc/port.h"

#include "mimalloc-internal.h"

extern mi_heap_t _mi_heap_main; /* init.c */

struct lacuna_heap {
    mi_heap_t heap;
    mi_tld_t tld;
    struct loose *loose; /* segments that mimalloc does not have */
};

/* A segment on that list; the list runs through the segments. */
struct loose {
    struct loose *next;
};

_Static_assert(MI_SEGMENT_SIZE == LACUNA_HEAP_SEGMENT, "the header in the build tree has our sizes");
_Static_assert(LACUNA_HEAP_LARGEST <= MI_MEDIUM_OBJ_SIZE_MAX, "larger blocks would want segments of their own");
_Static_assert(MI_MAX_ALIGN_GUARANTEE == 0, "the first block of a page is aligned as the page is");

size_t lacuna_heap_bytes(void) { return sizeof(struct lacuna_heap); }

/* As _mi_heap_init() does for a thread. Nobody uses the main heap, so it is as good as its initial value. */
void lacuna_heap_open(struct lacuna_heap *self) {
    self->tld = *_mi_heap_main.tld;
    self->heap = _mi_heap_empty;
    self->heap.thread_id = _mi_thread_id();
    self->heap.cookie = 1;
    self->heap.no_reclaim = true; /* no heap leaves memory behind for others to take up */
    self->heap.tld = &self->tld;
    self->tld.heap_backing = &self->heap;
    self->tld.heaps = &self->heap;
    self->tld.segments.stats = &self->tld.stats;
    self->tld.segments.os = &self->tld.os;
    self->tld.os.stats = &self->tld.stats;
    self->loose = NULL;
}

void lacuna_heap_add(struct lacuna_heap *self, void *segment) {
    struct loose *const one = segment;
    one->next = self->loose;
    self->loose = one;
}

void *lacuna_heap_spare(struct lacuna_heap *self) {
    struct loose *const one = self->loose;
    if (one != NULL) self->loose = one->next;
    return one;
}

void *lacuna_heap_alloc(struct lacuna_heap *self, size_t bytes) { return mi_heap_malloc(&self->heap, bytes); }
void lacuna_heap_free(void *block) { mi_free(block); }
size_t lacuna_heap_usable_size(const void *block) { return mi_usable_size(block); }

int lacuna_heap_may_be_block(const void *address) {
    const mi_segment_t *const segment = _mi_ptr_segment(address);
    const size_t offset = (size_t)((const char *)address - (const char *)segment);
    if (offset < segment->segment_info_slices * MI_SEGMENT_SLICE_SIZE) return 0;
    const mi_page_t *const page = _mi_segment_page_of(segment, address);
    if (page->used == 0 || page->xblock_size == 0) return 0;
    return (size_t)((const char *)address - (const char *)_mi_page_start(segment, page, NULL)) % page->xblock_size == 0;
}

/* --- segments: what mimalloc asks for is on the list or not to be had, and what it gives back goes there --- */

static struct lacuna_heap *heap_of(const mi_stats_t *stats) {
    return (struct lacuna_heap *)((char *)stats - offsetof(struct lacuna_heap, tld.stats));
}

void *_mi_arena_alloc_aligned(size_t size, size_t alignment, size_t align_offset, bool *commit, bool *large,
                              bool *is_pinned, bool *is_zero, mi_arena_id_t arena, size_t *memid, mi_os_tld_t *os) {
    if (size != MI_SEGMENT_SIZE || alignment > MI_SEGMENT_SIZE || align_offset != 0) return NULL;
    *commit = true;
    *large = false;
    *is_pinned = true; /* neither decommit nor reset */
    *is_zero = false;
    *memid = 0;
    return lacuna_heap_spare(heap_of(os->stats));
}

void _mi_arena_free(void *memory, size_t size, size_t alignment, size_t align_offset, size_t memid, bool committed,
                    mi_stats_t *stats) {
    lacuna_heap_add(heap_of(stats), memory);
}

mi_arena_id_t _mi_arena_id_none(void) { return 0; }
bool _mi_arena_memid_is_suitable(size_t memid, mi_arena_id_t arena) { return true; }

/* Free segments are kept by nobody, and the frame table knows whose memory is whose. */
void *_mi_segment_cache_pop(size_t size, mi_commit_mask_t *commit, mi_commit_mask_t *decommit, bool *large,
                            bool *is_pinned, bool *is_zero, mi_arena_id_t arena, size_t *memid, mi_os_tld_t *os) {
    return NULL;
}
bool _mi_segment_cache_push(void *start, size_t size, size_t memid, const mi_commit_mask_t *commit,
                            const mi_commit_mask_t *decommit, bool is_large, bool is_pinned, mi_os_tld_t *os) {
    return false;
}
void _mi_segment_cache_collect(bool force, mi_os_tld_t *os) {}
void _mi_segment_cache_free_all(mi_os_tld_t *os) {}
void _mi_segment_map_allocated_at(const mi_segment_t *segment) {}
void _mi_segment_map_freed_at(const mi_segment_t *segment) {}

/* --- the operating system: all memory is there, and stays --- */

void _mi_os_init(void) {}
size_t _mi_os_page_size(void) { return 4096; }
size_t _mi_os_good_alloc_size(size_t size) { return _mi_align_up(size, 4096); }
bool _mi_os_commit(void *at, size_t size, bool *is_zero, mi_stats_t *stats) {
    *is_zero = false;
    return true;
}
bool _mi_os_decommit(void *at, size_t size, mi_stats_t *stats) { return false; }
bool _mi_os_reset(void *at, size_t size, mi_stats_t *stats) { return false; }
/* For threads' data, of which there is none but ours. */
void *_mi_os_alloc(size_t size, mi_stats_t *stats) { return NULL; }
void _mi_os_free(void *at, size_t size, mi_stats_t *stats) {}
mi_msecs_t _mi_clock_now(void) { return 0; }

/* --- options, messages, statistics, random numbers: with MI_SECURE and MI_DEBUG at 0 nothing depends on them --- */

void _mi_options_init(void) {}
long mi_option_get(mi_option_t option) { return option == mi_option_eager_commit; }
long mi_option_get_clamp(mi_option_t option, long least, long most) { return least; }
bool mi_option_is_enabled(mi_option_t option) { return mi_option_get(option) != 0; }
void _mi_error_message(int error, const char *format, ...) {}
void _mi_warning_message(const char *format, ...) {}
void _mi_verbose_message(const char *format, ...) {}
void _mi_stat_increase(mi_stat_count_t *stat, size_t amount) {}
void _mi_stat_decrease(mi_stat_count_t *stat, size_t amount) {}
void _mi_stats_done(mi_stats_t *stats) {}
void mi_stats_reset(void) {}
void mi_stats_print(void *out) {}
void _mi_random_init(mi_random_ctx_t *random) {}
uintptr_t _mi_random_next(mi_random_ctx_t *random) { return 1; }
void _mi_random_reinit_if_weak(mi_random_ctx_t *random) {}
void _mi_random_split(mi_random_ctx_t *random, mi_random_ctx_t *other) {}

/* --- what an option would ask for --- */

int mi_reserve_os_memory(size_t size, bool commit, bool large) { return 1; }
int mi_reserve_huge_os_pages_at(size_t pages, int node, size_t timeout) { return 1; }
int mi_reserve_huge_os_pages_interleave(size_t pages, size_t nodes, size_t timeout) { return 1; }
