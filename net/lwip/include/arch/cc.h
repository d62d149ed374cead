/* SPDX-License-Identifier: MIT */
/* The compiler and the platform, as lwIP wants to know them (its doc/sys_arch.txt). Included by C and C++. */
#pragma once

#include <stddef.h>
#include <limits.h>
#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Panics with the text and the namespace's name. */
__attribute__((noreturn)) void lacuna_lwip_assert(const char *text, const char *file, int line);
/* A bug, and a panic, unless the current task holds the namespace's core lock. */
void lacuna_lwip_assert_core_locked(void);
/* Gives the core lock back, after what was put off until then (core_unlock.hpp). */
void lacuna_lwip_unlock_core(void);
uint32_t lacuna_lwip_random(void);
/* The Internet checksum of RFC 1071, not inverted, in memory order. Any length and alignment. */
uint16_t lacuna_lwip_checksum(const void *data, int length);
struct tcp_pcb;
struct pbuf;
/* What lwIP calls with each segment before it processes it; 0: go on. */
int8_t lacuna_lwip_tcp_segment(struct tcp_pcb *pcb, const struct pbuf *segment);
/* The heap of the current namespace's domain. NULL when the domain's limit is reached. */
void *lacuna_lwip_malloc(size_t size);
void *lacuna_lwip_calloc(size_t count, size_t size);
void lacuna_lwip_free(void *block);

#ifdef __cplusplus
}
#endif

/* One instruction each where lwIP would call a function. */
#define lwip_htons(x) ((uint16_t)__builtin_bswap16(x))
#define lwip_htonl(x) ((uint32_t)__builtin_bswap32(x))

#define LWIP_PLATFORM_ASSERT(text) lacuna_lwip_assert(text, __FILE__, __LINE__)
#define LWIP_PLATFORM_DIAG(message) do { } while (0)
#define LWIP_NO_CTYPE_H 1
#define LWIP_NO_UNISTD_H 1
#ifndef SSIZE_MAX
#define SSIZE_MAX LONG_MAX /* says that ssize_t is there */
#endif
