/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Conditions that each interval of a run is held against (model/condition.h), and what is done when
 * one has held long enough: a line is said and logged by syslog(3); a flight recorder keeps what
 * came before and what comes after, and follows more for that while. Or the run ends: `wait`.
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

/* Returns NULL without memory. Of *options all is copied but what it points to. */
struct watch *watch__new(const struct watch_options *options);
void watch__free(struct watch *watch);

/* Of an interval. Returns 0 or a negative errno after a message. */
int watch__interval(struct watch *watch, struct source *source, const struct report *report);
/* Did one hold, so that the run was ended? */
bool watch__has_held(const struct watch *watch);

#endif
