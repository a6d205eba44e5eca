// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

#include <assert.h>
#include <stdlib.h>

/*
 * How much of a bucket falls into a step: load swells and ebbs in a wave of 40 steps, and slow
 * events (high buckets) come late in each wave, as when a cache has been written full.
 */
static uint64_t weight(unsigned int step, unsigned int bucket)
{
	unsigned int phase = step % 40, swell = phase < 20 ? phase : 40 - phase;
	unsigned int late = (bucket + 3 * step) % 40;

	return 4 + swell + (late < 12 ? 3 * (12 - late) : 0);
}

/* Split `whole` by the weights, without losing any: each step gets what its sum has risen by. */
static uint64_t share(uint64_t whole, uint64_t before, uint64_t after, uint64_t all)
{
	return (unsigned __int128)whole * after / all - (unsigned __int128)whole * before / all;
}

/* `before` and `all`, by bucket: weights of the steps until this one, and of all steps. */
static void split(struct hist *part, const struct hist *whole, unsigned int step,
		  const uint64_t *before, const uint64_t *all)
{
	for (unsigned int i = 0; i < whole->nr; i++) {
		const struct hist_bucket *from = &whole->bucket[i];
		struct hist_bucket *to = &part->bucket[i];
		unsigned int b = from->index;

		to->count = to->ns = 0;
		if (!from->count)
			continue;
		/* Each event of these histograms' buckets is as long as any other. */
		to->count = share(from->count, before[b], before[b] + weight(step, b), all[b]);
		to->ns = to->count * (from->ns / from->count);
	}
}

void fixture__add_series(struct fixture *f, unsigned int steps)
{
	uint64_t whole_ns = f->snap.end_ns - f->snap.start_ns;
	uint64_t before[HIST_BUCKETS] = {}, all[HIST_BUCKETS] = {};
	int err;

	for (unsigned int b = 0; b < HIST_BUCKETS; b++)
		for (unsigned int step = 0; step < steps; step++)
			all[b] += weight(step, b);

	series__free(f->series);
	err = series__new(&f->series, SERIES_STEPS, SERIES_BYTES);
	assert(!err);
	for (unsigned int step = 0; step < steps; step++) {
		struct snapshot delta;

		err = snapshot__delta(&delta, &f->snap, NULL);
		assert(!err);
		delta.start_ns = f->snap.start_ns + whole_ns * step / steps;
		delta.end_ns = f->snap.start_ns + whole_ns * (step + 1) / steps;
		for (size_t i = 0; i < delta.nr_paths; i++)
			split(&delta.paths[i].hist, &f->snap.paths[i].hist, step, before, all);
		for (unsigned int b = 0; b < HIST_BUCKETS; b++)
			before[b] += weight(step, b);
		err = series__add(f->series, &delta);
		assert(!err);
		snapshot__free(&delta);
	}
	fixture__close(f);
}
