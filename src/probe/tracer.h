/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tracer: families loaded and attached, their maps read into snapshots. */
#ifndef XT_PROBE_TRACER_H
#define XT_PROBE_TRACER_H

#include <stdbool.h>
#include <stdint.h>

#include "model/snapshot.h"
#include "platform/platform.h"
#include "probe/layout.h"

struct tracer;

struct tracer_options {
	const char *const *families; /* NULL-ended names; NULL: all. core always comes along */
	struct wanted wanted;
	bool exact;	/* hypercalls at their call sites, too */
	bool exact_all; /* at all of them, not the hot ones */
	bool dry;	/* check: choose and load, attach nothing */
};

/* Can a family of this name be asked for? All their names, with commas between; static. */
bool tracer__has_family(const char *name);
const char *tracer__family_names(void);

/* What an errno says: of what this process ran out of the cause and the fix. Static. */
const char *tracer__error(int err);
/* Is it that this process ran out of something, and no refusal of the kernel's? */
bool tracer__is_shortage(int err);

/*
 * Choose each probe's rung, load and attach. A probe that fails is off and says why; the call fails
 * only when nothing at all can be traced: -EPERM or -ENOENT with one line of cause and fix in *why
 * (static), -ENODEV when this guest has nothing of what was asked for, -E2BIG when there is no room
 * for all that was named, else another errno. `platform` must outlive the tracer.
 */
int tracer__new(struct tracer **out, const struct platform *platform,
		const struct tracer_options *options, const char **why);

/* Let the programs count, from this instant. */
void tracer__start(struct tracer *tracer);

/*
 * Read everything into *snap (freed with snapshot__free()): cumulative since tracer__start(). Times
 * and counts are of one moment: what was read while this process did not run for long is read
 * again. While tracing runs, a path's buckets may be one event ahead of one another. Returns 0 or
 * -ENOMEM.
 */
int tracer__snapshot(struct tracer *tracer, struct snapshot *snap);

/* Read the vCPUs' times: to be called once a second, see cputime.h. */
void tracer__tick(struct tracer *tracer);

/* Stop counting and wait for programs that still run: the next snapshot is exact. */
void tracer__stop(struct tracer *tracer);

/*
 * Frees memory. Attached programs are left to the process's end: each detach waits for an RCU
 * grace period, together they don't.
 */
void tracer__free(struct tracer *tracer);

#endif
