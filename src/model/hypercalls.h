/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is known of hypercalls: their names, of which of them --exact counted every call, and which
 * no probe times. Pure.
 */
#ifndef XT_MODEL_HYPERCALLS_H
#define XT_MODEL_HYPERCALLS_H

#include "model/snapshot.h"
#include "platform/platform.h"

/* By number, as in xen/include/public/xen.h; NULL for a number that has no name. */
const char *hypercall__name(unsigned int number);

/*
 * The role, of enum path_role, of what this function of the kernel does in a virtual machine: a
 * wrapper of a hypercall, or what does the same by an emulated device; 0 for any other.
 */
unsigned int hypercall__role(const char *function);

/* --exact: call sites are among the snapshot's probes, each "function+0x1d" for one hypercall. */

struct exact_name {
	const char *name; /* the snapshot's */
	bool any;	  /* sites that may make any */
	unsigned int sites, attached;
	bool complete; /* at all of its own sites, and at all of those that may make any */
};

/* More than there are hypercalls. */
#define EXACT_NAMES 80

/*
 * One for each hypercall that some site makes: those that are complete first, then by how many
 * sites are attached. Returns how many, at most `room`; 0 without --exact.
 */
size_t exact__names(struct exact_name *names, size_t room, const struct snapshot *snap);

/* A list of hypercalls that are timed reads as if it were whole: these are not, and why. */
struct unseen {
	const char *hypercall; /* one or more names, with the operation if it is one only */
	const char *what;      /* who makes it */
	const char *why;
	unsigned int guests; /* bit by enum boot */
};

/* The next one in this kind of guest, the first after NULL; NULL after the last. */
const struct unseen *unseen__next(const struct unseen *unseen, enum boot boot);

#endif
