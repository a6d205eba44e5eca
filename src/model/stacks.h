/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Kernel stacks: who called what is measured. What a path took by each of its stacks, and without one,
 * adds up to what it took.
 */
#ifndef XT_MODEL_STACKS_H
#define XT_MODEL_STACKS_H

#include "model/snapshot.h"

#define STACK_FRAME 64 /* room for the name of one */

/*
 * The name of a stack's first frame, of `frames` as in struct stack_use; longer ones are cut. Returns
 * the frames behind it; NULL: there are none. A name is "" only where `frames` has none at all.
 */
const char *stack__frame(char name[STACK_FRAME], const char *frames);

/* A part of a path's time and events: by one stack, or, at last, by none that is known. */
struct stack_part {
	const struct stack_use *stack; /* NULL: without one */
	uint64_t count, ns;
};

/* Begin with { .path = path }. */
struct stack_parts {
	const struct path *path;
	size_t next;
	uint64_t sum_ns, seen_ns, given_ns, given_count;
};

/*
 * The next part of a path that has stacks: what was measured by that stack, where they are together no
 * more than what the path took. A reading that is made while events come may have more: then each is
 * less by the same share. False: there are no more, or the path has no stacks.
 */
bool stack_parts__next(struct stack_parts *parts, struct stack_part *part);

#endif
