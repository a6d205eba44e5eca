/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A kernel stack as text: the functions that called, with their modules. */
#ifndef XT_CALLSITES_STACK_H
#define XT_CALLSITES_STACK_H

#include "callsites/symbols.h"

/* Room for a stack's text, and for the name of one of its frames: longer ones are cut. */
#define STACK_TEXT 3072
#define STACK_NAME 64

/*
 * Name the frames of a stack that a BPF program took, `nr` addresses from the innermost on (the others
 * return addresses), joined by ';': "notify_remote_via_irq;blkif_queue_rq [xen_blkfront];…". Left out
 * are the program's own frames and those of what called it, and what lies beyond the entry of an
 * interrupt: that was interrupted, and calls nothing here. What does not fit is cut off from the
 * outside. Returns how many frames are named; "" for 0.
 */
unsigned int stack__name(char text[STACK_TEXT], const struct symbols *symbols,
			 const uint64_t *addresses, unsigned int nr);

#endif
