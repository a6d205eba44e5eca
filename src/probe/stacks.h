/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Kernel stacks (--stacks): who called what is measured. Programs put them into a map of the kernel's
 * (bpf/stacks.bpf.h), and add up what each path took by each; here they get names. A process traces
 * once: this is kept in static variables, as a family's.
 */
#ifndef XT_PROBE_STACKS_H
#define XT_PROBE_STACKS_H

#include "probe/layout.h"

/* Ask for them. Where the kernel shows no addresses, they stay off: see stacks__cause(). */
void stacks__ask(void);
/* Whether programs take stacks. */
bool stacks__on(void);
/* Why not, though they were asked for, and what to do; NULL: they are on, or nobody asked. */
const char *stacks__cause(const char **fix);

/* Make their maps, or say that there are none; a failure is layout->err. */
void stacks__place(struct layout *layout);
/* Read the kernel's symbols, when all programs are attached. Without memory stacks get no names. */
void stacks__attached(void);
/* Forget what calibration has left: tracing begins. */
void stacks__start(const struct layout *layout);

/* Name the stacks that have come since. */
void stacks__look(const struct layout *layout);
/* Frames of a stack on average, by those that were looked at; 0: none was. */
double stacks__frames(void);
/* Stacks that were taken since the start. */
uint64_t stacks__walks(const struct layout *layout);

/*
 * What each path of the snapshot took by each of its stacks, and more of its losses. Returns 0 or
 * -ENOMEM.
 */
int stacks__read(const struct layout *layout, struct snapshot *snap);
/* The names of a stack that a program noted; NULL: it has none. They stay. */
const char *stacks__names(uint32_t stack);

#endif
