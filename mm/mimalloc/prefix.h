/* SPDX-License-Identifier: MIT
 *
 * Included before everything else in mimalloc's sources.
 */
#include <features.h>
/* A thread's identity would come from %fs:0. Without it, it is the address of a variable: everybody's the same. */
#undef __GLIBC__
#include "mimalloc.h"
/* The copy with our sizes, from the build tree; its guard keeps the original out. */
#include "mimalloc-types.h"
