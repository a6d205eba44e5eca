// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the batches of two runs say about each path, and which of it is called a change. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/diff_parts.h"
#include "model/drift.h"
#include "model/ranks.h"

enum what { COUNT, MEAN, P99, METRICS };

static struct diff_metric *metric_at(struct diff_row *row, enum what what)
{
	return what == COUNT ? &row->count : what == MEAN ? &row->mean : &row->p99;
}

/* What drifts together: counts do with the load, times with who else wants the machine. */
static enum diff_figures figures_of(enum what what)
{
	return what == COUNT ? DIFF_COUNTS : DIFF_TIMES;
}

/* A series without the batches that say nothing about it; a path that is not there counts 0. */
static void make_series(struct series *to, const struct diff_side_data *data,
			const struct diff_path *path, enum what what)
{
	static const struct diff_batch none;

	to->nr = 0;
	for (unsigned int i = 0; i <= data->batch; i++) {
		const struct diff_batch *batch = path ? &path->batches[i] : &none;

		if (!data->batch_ns[i])
			continue;
		if (what == COUNT)
			to->value[to->nr++] = batch->count * 1e9 / data->batch_ns[i];
		else if (what == MEAN && batch->count)
			to->value[to->nr++] = (double)batch->ns / batch->count;
		else if (what == P99 && batch->p99 > 0)
			to->value[to->nr++] = batch->p99;
	}
}

/* Returns false where there is nothing to compare. */
static bool make_both(struct series series[DIFF_SIDES], const struct differ *differ,
		      const struct diff_pair *pair, enum what what)
{
	/* a leg is passed as often as its whole: once is enough to ask */
	if (what == COUNT && pair->is_leg)
		return false;
	for (int side = 0; side < DIFF_SIDES; side++) {
		make_series(&series[side], &differ->sides[side], pair->path[side], what);
		if (series[side].nr < DIFF_BATCHES_MIN)
			return false;
	}
	return true;
}

/* Of parts; at least 1. */
static void measure_drift(const struct differ *differ, const struct diff_pair *pairs,
			  size_t nr_rows, double drift[DIFF_FIGURES])
{
	struct series series[DIFF_SIDES];
	unsigned int nr[DIFF_FIGURES] = {};

	for (int i = 0; i < DIFF_FIGURES; i++)
		drift[i] = 0;
	for (size_t i = 0; i < METRICS * nr_rows; i++) {
		enum diff_figures figures = figures_of(i % METRICS);
		double own;

		if (!make_both(series, differ, &pairs[i / METRICS], i % METRICS))
			continue;
		own = ranks__drift(&series[0], &series[1]);
		if (own < 0)
			continue;
		drift[figures] += own;
		nr[figures]++;
	}
	for (int i = 0; i < DIFF_FIGURES; i++)
		drift[i] = nr[i] ? fmax(drift[i] / nr[i], 1) : 1;
}

static void compare(struct diff_metric *metric, const struct series series[DIFF_SIDES],
		    double drift)
{
	struct ranked ranked;

	ranks__compare(&ranked, &series[0], &series[1], drift);
	metric->tested = true;
	metric->p = ranked.p;
	metric->shift = ranked.ratio > 0 ? ranked.ratio - 1 : 0;
	metric->low = ranked.ratio > 0 ? ranked.low - 1 : 0;
	metric->high = ranked.ratio > 0 ? ranked.high - 1 : 0;
}

static void call(struct diff *diff, double bound)
{
	for (size_t i = 0; i < METRICS * diff->nr_rows; i++) {
		struct diff_row *row = &diff->rows[i / METRICS];
		struct diff_metric *m = metric_at(row, i % METRICS);
		double change = m->high > m->low ? m->shift : diff_metric__change(m);

		m->called = m->tested && m->p <= bound && fabs(change) >= DIFF_SMALLEST;
		diff->called += m->called;
		row->called |= m->called;
	}
}

int differ__judge(const struct differ *differ, const struct diff_pair *pairs, struct diff *diff)
{
	double *p = calloc(METRICS * diff->nr_rows + 1, sizeof(*p));
	struct series series[DIFF_SIDES];
	double drift[DIFF_FIGURES], nr;

	if (!p)
		return -ENOMEM;
	measure_drift(differ, pairs, diff->nr_rows, drift);
	nr = (diff->batches[DIFF_BEFORE] + diff->batches[DIFF_AFTER]) / 2.;
	for (int i = 0; i < DIFF_FIGURES; i++)
		diff->drift[i] = drift__of_whole(drift[i], -1, nr);
	for (size_t i = 0; i < METRICS * diff->nr_rows; i++) {
		struct diff_metric *m = metric_at(&diff->rows[i / METRICS], i % METRICS);

		if (!make_both(series, differ, &pairs[i / METRICS], i % METRICS))
			continue;
		compare(m, series, drift[figures_of(i % METRICS)]);
		p[diff->tested++] = m->p;
	}
	call(diff, ranks__bound(p, diff->tested, DIFF_ALPHA));
	free(p);
	return 0;
}
