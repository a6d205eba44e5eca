// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The course of each path, as short as text can be: most numbers are small, most cells empty.
 * A path's string lists its columns that have events: distance from the last such column, number
 * of cells, and for each cell the distance from the last one's bucket and its count. Numbers are
 * base 64, five bits a digit, lowest first; the sixth bit says that another digit follows.
 *
 *	column 3: buckets 93 (12 events), 94 (40)	"DC9CMBoB"
 */
#include "output/html_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How much is put together: steps to a column, buckets to a cell. */
struct grain {
	size_t steps;
	unsigned int buckets;
};

static void put_number(FILE *out, uint64_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (; n >= 32; n >>= 5)
		fputc(digits[(n & 31) | 32], out);
	fputc(digits[n], out);
}

struct column {
	uint64_t count[HIST_BUCKETS];
	unsigned int used; /* cells that are not empty */
};

/* Cells of a step are sorted by path: `at` walks through them, path after path. */
static void column__add(struct column *column, const struct series_step *step, size_t *at,
			uint32_t path, const struct grain *grain)
{
	for (; *at < step->nr_cells && step->cells[*at].path == path; (*at)++) {
		uint64_t *count = &column->count[step->cells[*at].bucket / grain->buckets];

		column->used += !*count;
		*count += step->cells[*at].count;
	}
}

static void column__print(FILE *out, const struct column *column, size_t distance)
{
	unsigned int last = 0;

	put_number(out, distance);
	put_number(out, column->used);
	for (unsigned int i = 0; i < HIST_BUCKETS; i++) {
		if (!column->count[i])
			continue;
		put_number(out, i - last);
		put_number(out, column->count[i]);
		last = i;
	}
}

static void print_path(FILE *out, const struct series *series, size_t *at, uint32_t path,
		       const struct grain *grain)
{
	size_t nr = series__nr_steps(series), last = 0;

	for (size_t first = 0; first < nr; first += grain->steps) {
		struct column column = {};

		for (size_t i = first; i < nr && i < first + grain->steps; i++)
			column__add(&column, series__step(series, i), &at[i], path, grain);
		if (!column.used)
			continue;
		column__print(out, &column, first / grain->steps - last);
		last = first / grain->steps;
	}
}

/* One string a path, by the series' numbers; *bytes is what they take. */
static int encode(char **strings, size_t nr_paths, const struct series *series,
		  const struct grain *grain, size_t *bytes)
{
	size_t *at = calloc(series__nr_steps(series) + 1, sizeof(*at));
	int err = -ENOMEM;

	if (!at)
		return err;
	*bytes = 0;
	for (size_t path = 0; path < nr_paths; path++) {
		size_t size = 0;
		FILE *out;

		free(strings[path]);
		strings[path] = NULL;
		out = open_memstream(&strings[path], &size);
		if (!out)
			goto out;
		print_path(out, series, at, path, grain);
		if (fclose(out))
			goto out;
		*bytes += size;
	}
	err = 0;
out:
	free(at);
	return err;
}

/* Latencies in quarters of an octave are seen as well; then columns, each time twice as long. */
static void coarsen(struct grain *grain)
{
	if (grain->buckets == 1)
		grain->buckets = 2;
	else
		grain->steps *= 2;
}

static json_t *edges(const struct report *report, size_t steps)
{
	const struct series *series = report->series;
	size_t nr = series__nr_steps(series);
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < nr; i += steps) {
		const struct series_step *step = series__step(series, i);

		err |= json_array_append_new(
			list, json_integer((step->start_ns - report->snap->start_ns) / 1000000));
		if (i + steps < nr)
			continue;
		step = series__step(series, nr - 1);
		err |= json_array_append_new(
			list, json_integer((step->end_ns - report->snap->start_ns) / 1000000));
	}
	return json__done(list, err);
}

/* By the snapshot's numbers; a path that it has twice has its course at the first. */
static json_t *by_path(const struct report *report, char **strings)
{
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < report->snap->nr_paths; i++) {
		long nr = series__find(report->series, &report->snap->paths[i]);
		char *text = nr < 0 ? NULL : strings[nr];

		err |= json_array_append_new(list, text ? json_string(text) : json_null());
		if (text) {
			free(text);
			strings[nr] = NULL;
		}
	}
	return json__done(list, err);
}

/* Quotes and commas, at most; and the edges, of up to ten digits. */
static size_t markup(const struct report *report, const struct grain *grain)
{
	size_t nr = series__nr_steps(report->series);

	return 100 + 5 * report->snap->nr_paths + 11 * (nr / grain->steps + 2);
}

json_t *html__series(const struct report *report, size_t max_bytes)
{
	const struct series *series = report->series;
	size_t nr_steps = series ? series__nr_steps(series) : 0, bytes = 0, nr_paths;
	struct grain grain = { 1, 1 };
	json_t *obj = NULL;
	char **strings;
	int err;

	if (!nr_steps)
		return json_null();
	nr_paths = series__nr_paths(series);
	strings = calloc(nr_paths + 1, sizeof(*strings));
	if (!strings)
		return NULL;
	err = encode(strings, nr_paths, series, &grain, &bytes);
	while (!err && bytes + markup(report, &grain) > max_bytes && grain.steps < nr_steps) {
		coarsen(&grain);
		err = encode(strings, nr_paths, series, &grain, &bytes);
	}
	if (!err) {
		obj = json_object();
		err |= put(obj, "edges_ms", edges(report, grain.steps));
		err |= put__int(obj, "buckets", grain.buckets);
		err |= put(obj, "cells", by_path(report, strings));
	}
	for (size_t i = 0; i < nr_paths; i++)
		free(strings[i]);
	free(strings);
	return json__done(obj, err);
}
