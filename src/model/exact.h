/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * --exact: of which hypercalls every call was counted, and of which only some. Call sites are among
 * the snapshot's probes, each as "function+0x1d" with its hypercall as the purpose. Pure.
 */
#ifndef XT_MODEL_EXACT_H
#define XT_MODEL_EXACT_H

#include "model/snapshot.h"

/* A call site, not a probe of the table. */
bool exact__is_site(const struct probe_status *probe);

/* The purpose of a site that makes whatever hypercall it is told. */
#define EXACT_ANY "by number"

struct exact_name {
	const char *name; /* the snapshot's; EXACT_ANY: sites that may make any */
	unsigned int sites, attached;
	bool complete; /* at all of its own sites, and at all of those that may make any */
};

/*
 * One for each hypercall that some site makes: those that are complete first, then by how many sites
 * are. Returns how many, at most `room`; 0 without --exact.
 */
size_t exact__names(struct exact_name *names, size_t room, const struct snapshot *snap);

/* More than there are hypercalls. */
#define EXACT_NAMES 80

#endif
