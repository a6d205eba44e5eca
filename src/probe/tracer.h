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

/* Whether -f accepts this family; the names that it accepts, with commas between. Static. */
bool tracer__has_family(const char *name);
const char *tracer__family_names(void);

/* The text of an errno; of a shortage its cause and fix. Static. */
const char *tracer__error(int err);
/* Whether this process ran out of something; else the kernel refused. */
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
 * Read everything into *snap (freed with snapshot__free()), cumulative since tracer__start(). Times
 * and counts are of one moment: a reading that was interrupted for long is repeated. While tracing,
 * a bucket may be an event ahead of the others. Returns 0 or -ENOMEM.
 */
int tracer__snapshot(struct tracer *tracer, struct snapshot *snap);

/* Read the vCPUs' times: to be called once a second, see cputime.h. */
void tracer__tick(struct tracer *tracer);

/*
 * The slowest requests are those of the whole run up to a reading. From here on they are those that
 * end after `before_ns` (CLOCK_MONOTONIC): one that a program notes at this very moment may be lost.
 */
void tracer__forget(struct tracer *tracer, uint64_t before_ns);

/* From now on this is the budget, a share of the vCPUs' time, above 0. */
void tracer__allow(struct tracer *tracer, double max_overhead);

/*
 * Whether the capabilities that the process has in effect are enough for all that is read and run from
 * now on. Older kernels want CAP_BPF even to ask a program that is loaded.
 */
bool tracer__can_read(const struct tracer *tracer);

/* Stop counting and wait for programs that still run: the next snapshot is exact. */
void tracer__stop(struct tracer *tracer);

/*
 * Free memory. Programs are detached by the end of the process: each detach would wait for an RCU
 * grace period, all of them together wait for one.
 */
void tracer__free(struct tracer *tracer);

#endif
