/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Conditions that each interval of a run is held against (model/condition.h), and what is done when
 * one has held long enough: a line is said and logged by syslog(3); a flight recorder keeps what
 * came before and what comes after, and for that while follows more requests. For the command `wait`
 * the run ends instead.
 */
#ifndef XT_RUN_WATCH_H
#define XT_RUN_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "model/condition.h"
#include "output/format.h"

struct ring;
struct source;

struct watch_options {
	/* as the user wrote them, and their conditions; the caller's */
	const char *const *texts;
	const struct condition *conditions;
	size_t nr;
	struct ring *ring;	      /* NULL: the first one that holds ends the run */
	uint64_t before_ns, after_ns; /* are kept */
	double max_overhead;	      /* the budget meanwhile, if that is more than the run's own */
};

struct watch;

/* Returns NULL without memory. Copies *options; what that points to has to stay. */
struct watch *watch__new(const struct watch_options *options);
void watch__free(struct watch *watch);

/* Hold an interval against the conditions. Returns 0, or a negative errno after a message. */
int watch__interval(struct watch *watch, struct source *source, const struct report *report);
/* Did one hold, so that the run was ended? */
bool watch__has_held(const struct watch *watch);

#endif
