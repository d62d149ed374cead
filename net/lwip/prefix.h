/* SPDX-License-Identifier: MIT
 *
 * Included before everything else in lwIP's sources: their variables go into the sections that the linker script
 * gathers into each namespace's own image. Said to the compiler, since with link-time optimisation a linker does not
 * see which file a variable is from.
 */
#pragma clang section data = ".nsdata.data" bss = ".nsdata.bss"
