/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How this process was started, and what it makes of that for itself. A command that we run for
 * the user gets back what was there before: process__restore().
 */
#ifndef XT_BASE_PROCESS_H
#define XT_BASE_PROCESS_H

#include <stdbool.h>

/*
 * First of all: descriptors 0 to 2 are open, the soft limit of descriptors is the hard one, a
 * closed pipe is an error and no signal, and as root there is no environment: nothing that a
 * library of ours reads of it is to be believed. Returns false, after a message, where even the few
 * descriptors are missing that reading /sys takes.
 */
bool process__init(void);

/* The environment as it was given to us, NULL-ended; of who called, so that nothing of it is proof. */
char **process__environment(void);
/* The value of a variable there, or NULL. */
const char *process__given(const char *name);

/* In a child: signals, limits and the environment as this process got them. */
void process__restore(void);

#endif
