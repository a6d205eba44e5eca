// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Batches of both runs, and the figures of each path. Which paths are the same: diff_match.c; what is
 * called a change: diff_judge.c
 */
#include "model/diff.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/diff_parts.h"

int differ__new(struct differ **out, const struct diff_run runs[DIFF_SIDES])
{
	struct differ *differ = calloc(1, sizeof(*differ));

	if (!differ)
		return -ENOMEM;
	for (int side = 0; side < DIFF_SIDES; side++) {
		struct diff_side_data *data = &differ->sides[side];

		data->platform = runs[side].platform;
		data->expected = runs[side].intervals ? runs[side].intervals : 1;
		data->batches = data->expected < DIFF_BATCHES ? data->expected : DIFF_BATCHES;
	}
	*out = differ;
	return 0;
}

void differ__free(struct differ *differ)
{
	if (!differ)
		return;
	for (int side = 0; side < DIFF_SIDES; side++) {
		struct diff_side_data *data = &differ->sides[side];

		for (size_t i = 0; i < data->nr_paths; i++) {
			hist__free(&data->paths[i].now);
			hist__free(&data->paths[i].whole);
		}
		free(data->paths);
	}
	free(differ);
}

/* The 99th percentile between the bounds of its bucket: midpoints would hide all below 12 %. */
static double p99(const struct hist *h)
{
	double rank = .99 * hist__count(h), seen = 0;

	for (unsigned int i = 0; i < h->nr; i++) {
		unsigned int index = h->bucket[i].index;
		double count = h->bucket[i].count, lower = hist__lower(index);

		if (count > 0 && seen + count >= rank)
			return lower + (hist__upper(index) - lower) * (rank - seen) / count;
		seen += count;
	}
	return 0;
}

static void close_batch(struct diff_side_data *data)
{
	for (size_t i = 0; i < data->nr_paths; i++) {
		struct diff_path *path = &data->paths[i];
		struct diff_batch *batch = &path->batches[data->batch];

		batch->count = hist__count(&path->now);
		batch->ns = hist__total_ns(&path->now);
		batch->p99 = batch->count >= DIFF_P99_EVENTS ? p99(&path->now) : 0;
		hist__free(&path->now);
	}
}

int differ__add(struct differ *differ, enum diff_side side, const struct snapshot *interval)
{
	struct diff_side_data *data = &differ->sides[side];
	unsigned int batch = (uint64_t)data->intervals * data->batches / data->expected;
	size_t hint = 0;

	/* more of them than were announced belong to the last batch */
	if (batch >= data->batches)
		batch = data->batches - 1;
	if (batch != data->batch)
		close_batch(data);
	data->batch = batch;
	data->intervals++;
	if (interval->end_ns > interval->start_ns) {
		data->elapsed_ns += interval->end_ns - interval->start_ns;
		data->batch_ns[batch] += interval->end_ns - interval->start_ns;
	}
	for (size_t i = 0; i < interval->nr_paths; i++) {
		struct diff_path *path;
		int err = diff_side__find(data, &interval->paths[i], &hint, &path);

		if (err)
			return err;
		if (!path)
			continue;
		if (hist__merge(&path->now, &interval->paths[i].hist) ||
		    hist__merge(&path->whole, &interval->paths[i].hist))
			return -ENOMEM;
	}
	return 0;
}

double diff_metric__change(const struct diff_metric *metric)
{
	if (metric->value[0] > 0)
		return metric->value[1] / metric->value[0] - 1;
	return metric->value[1] > 0 ? HUGE_VAL : 0;
}

double diff_row__change(const struct diff_row *row)
{
	return row->ns_per_s[1] - row->ns_per_s[0];
}

/* The figures of the whole runs. */
static void fill_row(const struct differ *differ, const struct diff_pair *pair,
		     struct diff_row *row)
{
	const struct diff_path *any = pair->path[0] ? pair->path[0] : pair->path[1];

	row->kind = any->key.kind;
	row->area = any->key.area;
	row->is_leg = pair->is_leg;
	memcpy(row->op, any->key.op, sizeof(row->op));
	for (int side = 0; side < DIFF_SIDES; side++) {
		const struct diff_path *path = pair->path[side];
		uint64_t elapsed_ns = differ->sides[side].elapsed_ns;

		if (!path)
			continue;
		row->there[side] = true;
		row->mech[side] = path->key.mech;
		memcpy(row->device[side], path->key.device, sizeof(row->device[side]));
		memcpy(row->leg[side], path->key.leg, sizeof(row->leg[side]));
		if (elapsed_ns) {
			row->ns_per_s[side] = hist__total_ns(&path->whole) * 1e9 / elapsed_ns;
			row->count.value[side] = hist__count(&path->whole) * 1e9 / elapsed_ns;
		}
		row->mean.value[side] = hist__mean_ns(&path->whole);
		row->p99.value[side] = p99(&path->whole);
	}
}

int differ__close(struct differ *differ, struct diff *out)
{
	struct diff_pair *pairs = NULL;
	size_t nr = 0;
	int err;

	*out = (struct diff) {};
	for (int side = 0; side < DIFF_SIDES; side++) {
		close_batch(&differ->sides[side]);
		out->intervals[side] = differ->sides[side].intervals;
		out->elapsed_s[side] = differ->sides[side].elapsed_ns / 1e9;
		out->batches[side] = differ->sides[side].batches;
	}
	err = differ__match(differ, out, &pairs, &nr);
	if (err)
		goto out;
	err = -ENOMEM;
	out->rows = calloc(nr ? nr : 1, sizeof(*out->rows));
	if (!out->rows)
		goto out;
	out->nr_rows = nr;
	for (size_t i = 0; i < nr; i++)
		fill_row(differ, &pairs[i], &out->rows[i]);
	err = differ__judge(differ, pairs, out);
out:
	free(pairs);
	if (err)
		diff__free(out);
	return err;
}

void diff__free(struct diff *diff)
{
	free(diff->rows);
	free(diff->disks);
	*diff = (struct diff) {};
}
