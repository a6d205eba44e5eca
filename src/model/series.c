// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A path's name and id: what its histogram needs no room for. */
struct known {
	struct path_key key;
	uint32_t id;
};

struct series {
	size_t max_steps, max_bytes;
	struct series_step *steps;
	size_t nr_steps, bytes;
	unsigned int stride; /* intervals that make a step */
	uint64_t usual_ns;   /* length of the first interval */
	struct known *paths;
	size_t nr_paths;
	size_t hint;	     /* the next path of an interval is probably this one */
	struct snapshot sum; /* of the intervals: the reading at the last one's end */
};

int series__new(struct series **out, size_t max_steps, size_t max_bytes)
{
	struct series *series = calloc(1, sizeof(*series));

	if (!series)
		return -ENOMEM;
	series->max_steps = max_steps > 2 ? max_steps : 2;
	series->max_bytes = max_bytes;
	series->stride = 1;
	/* One more than the limit: it is met after adding. */
	series->steps = calloc(series->max_steps + 1, sizeof(*series->steps));
	if (!series->steps) {
		free(series);
		return -ENOMEM;
	}
	*out = series;
	return 0;
}

void series__free(struct series *series)
{
	if (!series)
		return;
	for (size_t i = 0; i < series->nr_steps; i++)
		free(series->steps[i].cells);
	free(series->steps);
	free(series->paths);
	snapshot__free(&series->sum);
	free(series);
}

size_t series__nr_steps(const struct series *series)
{
	return series->nr_steps;
}

const struct series_step *series__step(const struct series *series, size_t i)
{
	return i < series->nr_steps ? &series->steps[i] : NULL;
}

size_t series__nr_paths(const struct series *series)
{
	return series->nr_paths;
}

static bool is_known_as(const struct series *series, size_t nr, const struct path *path)
{
	const struct known *known = &series->paths[nr];

	return path__same(&known->key, known->id, &path->key, path->id);
}

long series__find(const struct series *series, const struct path *path)
{
	for (size_t i = 0; i < series->nr_paths; i++)
		if (is_known_as(series, i, path))
			return i;
	return -1;
}

/* The path's number, a new one if need be. */
static int learn(struct series *series, const struct path *path, uint32_t *nr)
{
	struct known *grown;
	long found = series->hint;

	if (series->hint >= series->nr_paths || !is_known_as(series, found, path))
		found = series__find(series, path);
	if (found < 0) {
		grown = realloc(series->paths, (series->nr_paths + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		series->paths = grown;
		found = series->nr_paths++;
	}
	series->paths[found] = (struct known) { path->key, path->id };
	series->hint = found + 1;
	*nr = found;
	return 0;
}

/* By path, then by bucket; no cell's is UINT64_MAX. */
static uint64_t place_of(const struct series_cell *cell)
{
	return (uint64_t)cell->path << 32 | cell->bucket;
}

static int by_place(const void *a, const void *b)
{
	uint64_t x = place_of(a), y = place_of(b);

	return (x > y) - (x < y);
}

/* Cells of the same bucket are neighbours and become one; returns how many are left. */
static size_t unite(struct series_cell *cells, size_t nr)
{
	size_t kept = 0;

	for (size_t i = 0; i < nr; i++) {
		if (kept && !by_place(&cells[kept - 1], &cells[i])) {
			cells[kept - 1].count += cells[i].count;
		} else {
			cells[kept++] = cells[i];
		}
	}
	return kept;
}

static size_t used_buckets(const struct snapshot *snap)
{
	size_t nr = 0;

	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct hist *h = &snap->paths[i].hist;

		for (unsigned int b = 0; b < h->nr; b++)
			nr += h->bucket[b].count != 0;
	}
	return nr;
}

/* A delta's path, and the number that it has here. */
struct numbered {
	uint32_t nr;
	const struct path *path;
};

static int by_nr(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	return (x->nr > y->nr) - (x->nr < y->nr);
}

/* In the order of the numbers: a few paths to sort instead of all their buckets. */
static int number_paths(struct series *series, const struct snapshot *delta, struct numbered **out)
{
	struct numbered *all = calloc(delta->nr_paths ? delta->nr_paths : 1, sizeof(*all));
	int err = all ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < delta->nr_paths; i++) {
		all[i].path = &delta->paths[i];
		err = learn(series, all[i].path, &all[i].nr);
	}
	if (err) {
		free(all);
		return err;
	}
	qsort(all, delta->nr_paths, sizeof(*all), by_nr);
	*out = all;
	return 0;
}

/* The buckets of the delta that have events. */
static int step__fill(struct series_step *step, struct series *series, const struct snapshot *delta)
{
	size_t room = used_buckets(delta), nr = 0;
	struct numbered *paths;
	int err = number_paths(series, delta, &paths);
	bool doubled = false;

	if (err)
		return err;
	*step = (struct series_step) {
		.start_ns = delta->start_ns,
		.end_ns = delta->end_ns,
		.nr_deltas = 1,
		.cells = calloc(room ? room : 1, sizeof(*step->cells)),
	};
	for (size_t i = 0; step->cells && i < delta->nr_paths; i++) {
		const struct hist *h = &paths[i].path->hist;

		doubled |= i && paths[i].nr == paths[i - 1].nr;
		for (unsigned int b = 0; b < h->nr; b++)
			if (h->bucket[b].count)
				step->cells[nr++] = (struct series_cell) { paths[i].nr,
									   h->bucket[b].index,
									   h->bucket[b].count };
	}
	free(paths);
	if (!step->cells)
		return -ENOMEM;
	/* a file may give two paths one number */
	if (doubled) {
		qsort(step->cells, nr, sizeof(*step->cells), by_place);
		nr = unite(step->cells, nr);
	}
	step->nr_cells = nr;
	return 0;
}

static size_t step__bytes(const struct series_step *step)
{
	return sizeof(*step) + step->nr_cells * sizeof(*step->cells);
}

/* Takes `from`'s cells on success, which are freed. */
static int step__merge(struct series *series, struct series_step *to, struct series_step *from)
{
	size_t nr = to->nr_cells + from->nr_cells;
	struct series_cell *cells, *shrunk;
	size_t a = 0, b = 0;

	cells = malloc((nr ? nr : 1) * sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	for (nr = 0; a < to->nr_cells || b < from->nr_cells; nr++) {
		uint64_t x = a < to->nr_cells ? place_of(&to->cells[a]) : UINT64_MAX;
		uint64_t y = b < from->nr_cells ? place_of(&from->cells[b]) : UINT64_MAX;

		cells[nr] = x <= y ? to->cells[a++] : from->cells[b++];
		if (x == y)
			cells[nr].count += from->cells[b++].count;
	}
	series->bytes -= step__bytes(to);
	shrunk = realloc(cells, (nr ? nr : 1) * sizeof(*cells));
	free(to->cells);
	free(from->cells);
	*from = (struct series_step) { .start_ns = from->start_ns,
				       .end_ns = from->end_ns,
				       .nr_deltas = from->nr_deltas };
	to->cells = shrunk ? shrunk : cells;
	to->nr_cells = nr;
	to->end_ns = from->end_ns;
	to->nr_deltas += from->nr_deltas;
	series->bytes += step__bytes(to);
	return 0;
}

/* Pairs of steps become one each; a last one without a partner is filled up by what comes next. */
static int halve(struct series *series)
{
	size_t kept = 0, i;
	int err = 0;

	for (i = 0; i + 1 < series->nr_steps; i += 2) {
		size_t own = step__bytes(&series->steps[i + 1]);

		err = step__merge(series, &series->steps[i], &series->steps[i + 1]);
		if (err)
			break;
		series->bytes -= own;
		series->steps[kept++] = series->steps[i];
	}
	for (; i < series->nr_steps; i++)
		series->steps[kept++] = series->steps[i];
	series->nr_steps = kept;
	if (!err)
		series->stride *= 2;
	return err;
}

static bool joins_last(const struct series *series, const struct series_step *step)
{
	if (!series->nr_steps)
		return false;
	return series->steps[series->nr_steps - 1].nr_deltas < series->stride ||
	       step->end_ns - step->start_ns < series->usual_ns / 2;
}

/* Within the limits again. */
static int shrink(struct series *series)
{
	int err = 0;

	while (!err && series->nr_steps > 1 &&
	       (series->nr_steps > series->max_steps || series->bytes > series->max_bytes))
		err = halve(series);
	return err;
}

static int add_step(struct series *series, const struct snapshot *delta)
{
	struct series_step step;
	int err;

	/* What could not be merged last time is one step more than there is room for. */
	err = shrink(series);
	if (!err)
		err = step__fill(&step, series, delta);
	if (err)
		return err;
	if (!series->usual_ns)
		series->usual_ns = step.end_ns - step.start_ns;
	if (joins_last(series, &step)) {
		err = step__merge(series, &series->steps[series->nr_steps - 1], &step);
		if (err)
			free(step.cells);
	} else {
		series->steps[series->nr_steps++] = step;
		series->bytes += step__bytes(&step);
	}
	return err ? err : shrink(series);
}

int series__add(struct series *series, const struct snapshot *delta)
{
	int err = add_step(series, delta);

	return err ? err : snapshot__add(&series->sum, delta);
}

int series__end(struct series *series, const struct snapshot *total)
{
	struct snapshot rest;
	int err = snapshot__delta(&rest, total, series->sum.end_ns ? &series->sum : NULL);

	if (err)
		return err;
	err = add_step(series, &rest);
	snapshot__free(&rest);
	return err;
}
