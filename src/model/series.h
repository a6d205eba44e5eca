/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A run's course: the histograms of its intervals, for outputs that draw time. Bounded: when there
 * are too many steps or bytes, neighbours are merged and each step is twice as long from then on.
 * Counts stay exact: all steps together hold what was added, bucket by bucket. Pure.
 *
 *	1 s  1 s  1 s  1 s  1 s		one more than the limit ..
 *	2 s	  2 s	    1 s		.. and pairs are merged; the next second joins the last
 */
#ifndef XT_MODEL_SERIES_H
#define XT_MODEL_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include "model/snapshot.h"

/* Ten minutes at 1 s become 300 steps of 2 s: what a drawing is wide. */
#define SERIES_STEPS 400
#define SERIES_BYTES (6 << 20)

/* One bucket of one path in one step. */
struct series_cell {
	uint32_t path; /* see series__find() */
	uint32_t bucket;
	uint64_t count;
};

struct series_step {
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC */
	unsigned int nr_deltas;	   /* intervals in it */
	struct series_cell *cells; /* by path, then bucket; none is empty */
	size_t nr_cells;
};

struct series;

/*
 * At most `max_steps` steps (at least 2) of `max_bytes` together, as long as one step fits.
 * Returns 0 and *out, which the caller frees with series__free(), or -ENOMEM.
 */
int series__new(struct series **out, size_t max_steps, size_t max_bytes);
void series__free(struct series *series);

/*
 * The next interval, as snapshot__delta() gives it; nothing of it is kept by reference. One that
 * is less than half as long as the first joins the last step: what is left at a run's end makes no
 * sliver of its own. Returns 0 or -ENOMEM.
 */
int series__add(struct series *series, const struct snapshot *delta);
/* What came after the last interval, up to the whole run's total. Returns 0 or -ENOMEM. */
int series__end(struct series *series, const struct snapshot *total);

size_t series__nr_steps(const struct series *series);
const struct series_step *series__step(const struct series *series, size_t i);

size_t series__nr_paths(const struct series *series);
/* The number that a snapshot's path has in the cells, or -1: no step has it. */
long series__find(const struct series *series, const struct path *path);

#endif
