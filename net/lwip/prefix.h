/* SPDX-License-Identifier: MIT
 *
 * Included before everything else in lwIP's sources.
 */

/* Their variables go into the sections that the linker script gathers into each namespace's own image. Said to the
 * compiler, since with link-time optimisation a linker does not see which file a variable is from. */
#pragma clang section data = ".nsdata.data" bss = ".nsdata.bss"

/* Called for what most packets are not: a socket that somebody polls, a raw socket. Where they are not inlined, their
 * callers, which every packet goes through, have no registers to save. */
struct raw_pcb;
static void select_check_waiters(int socket, int has_recvevent, int has_sendevent, int has_errevent)
    __attribute__((noinline, cold));
static unsigned char raw_input_local_match(struct raw_pcb *pcb, unsigned char broadcast) __attribute__((noinline));
