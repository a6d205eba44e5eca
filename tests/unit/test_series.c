// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The run's course: exact sums whatever is merged, and bounds that hold. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

#define S 1000000000ULL

static struct series *series(size_t max_steps, size_t max_bytes)
{
	struct series *series;

	assert_int_equal(series__new(&series, max_steps, max_bytes), 0);
	return series;
}

static size_t bytes(const struct series *series)
{
	size_t bytes = 0;

	for (size_t i = 0; i < series__nr_steps(series); i++)
		bytes += sizeof(struct series_step) +
			 series__step(series, i)->nr_cells * sizeof(struct series_cell);
	return bytes;
}

/* The histogram of a path over all steps. */
static void sum_path(struct hist *sum, const struct series *series, const struct path *path)
{
	long nr = series__find(series, path);

	*sum = (struct hist) {};
	for (size_t i = 0; i < series__nr_steps(series); i++) {
		const struct series_step *step = series__step(series, i);

		for (size_t c = 0; c < step->nr_cells; c++) {
			if (step->cells[c].path != nr)
				continue;
			hist__use(sum, step->cells[c].bucket)->count += step->cells[c].count;
		}
	}
}

/* Steps follow each other without a gap; cells are in order, and none is empty. */
static void assert_sound(const struct series *series)
{
	for (size_t i = 0; i < series__nr_steps(series); i++) {
		const struct series_step *step = series__step(series, i);

		if (i)
			assert_int_equal(step->start_ns, series__step(series, i - 1)->end_ns);
		for (size_t c = 0; c < step->nr_cells; c++) {
			const struct series_cell *cell = &step->cells[c];

			assert_true(cell->count > 0);
			if (c)
				assert_true(cell[-1].path < cell->path ||
					    (cell[-1].path == cell->path &&
					     cell[-1].bucket < cell->bucket));
		}
	}
	assert_null(series__step(series, series__nr_steps(series)));
}

static void add_second(struct series *series, struct fixture *f, uint64_t second)
{
	f->snap.start_ns = second * S;
	f->snap.end_ns = (second + 1) * S;
	assert_int_equal(series__add(series, &f->snap), 0);
}

/* Merge into the path of that name, which is made when missing. */
static void merge(struct fixture *all, const struct path *path)
{
	const struct path_key *key = &path->key;

	for (size_t i = 0; i < all->snap.nr_paths; i++)
		if (path_key__equal(&all->snap.paths[i].key, key)) {
			hist__merge(&all->snap.paths[i].hist, &path->hist);
			return;
		}
	hist__merge(fixture__path(all, key->kind, key->area, key->mech, key->device, key->op,
				  key->leg),
		    &path->hist);
}

static void assert_same_counts(const struct hist *a, const struct hist *b)
{
	assert_int_equal(a->nr, b->nr);
	for (unsigned int i = 0; i < a->nr; i++) {
		assert_int_equal(a->bucket[i].index, b->bucket[i].index);
		assert_int_equal(a->bucket[i].count, b->bucket[i].count);
	}
}

/* Any paths in any order, some of them twice, in 200 intervals merged to at most 7 steps. */
static void counts_are_exact(void **state)
{
	struct series *s = series(7, SIZE_MAX);
	struct fixture *all = fixture__empty(), *some[20];
	struct hist sum;

	(void)state;
	for (unsigned int i = 0; i < 20; i++)
		some[i] = fixture__random(i);
	for (unsigned int i = 0; i < 200; i++) {
		struct fixture *f = some[i % 20];

		add_second(s, f, i);
		for (size_t p = 0; p < f->snap.nr_paths; p++)
			merge(all, &f->snap.paths[p]);
		if (i % 50)
			continue;
		assert_sound(s);
		for (size_t p = 0; p < all->snap.nr_paths; p++) {
			sum_path(&sum, s, &all->snap.paths[p]);
			assert_same_counts(&sum, &all->snap.paths[p].hist);
			hist__free(&sum);
		}
	}
	assert_true(all->snap.nr_paths > 100);
	assert_in_range(series__nr_steps(s), 4, 7);
	assert_int_equal(series__step(s, 0)->start_ns, 0);
	assert_int_equal(series__step(s, series__nr_steps(s) - 1)->end_ns, 200 * S);
	for (unsigned int i = 0; i < 20; i++)
		fixture__free(some[i]);
	fixture__free(all);
	series__free(s);
}

static void steps_are_merged_in_pairs(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct series *s = series(4, SIZE_MAX);

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		add_second(s, f, i);
	assert_int_equal(series__nr_steps(s), 4);
	add_second(s, f, 4);
	assert_int_equal(series__nr_steps(s), 3);
	assert_int_equal(series__step(s, 0)->end_ns, 2 * S);
	assert_int_equal(series__step(s, 2)->nr_deltas, 1);
	/* The odd one is filled up before there is a new step. */
	add_second(s, f, 5);
	assert_int_equal(series__nr_steps(s), 3);
	assert_int_equal(series__step(s, 2)->nr_deltas, 2);
	add_second(s, f, 6);
	assert_int_equal(series__nr_steps(s), 4);
	assert_sound(s);
	series__free(s);
	fixture__free(f);
}

static void bytes_are_bounded(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct series *s = series(SERIES_STEPS, 60000);
	size_t most = 0;

	(void)state;
	for (unsigned int i = 0; i < 300; i++) {
		add_second(s, f, i);
		assert_in_range(bytes(s), 1, 60000);
		if (bytes(s) > most)
			most = bytes(s);
	}
	assert_true(most > 40000);
	assert_in_range(series__nr_steps(s), 2, 10);
	series__free(s);
	/* Not even one step fits: there is one. */
	s = series(SERIES_STEPS, 100);
	for (unsigned int i = 0; i < 9; i++)
		add_second(s, f, i);
	assert_int_equal(series__nr_steps(s), 1);
	assert_int_equal(series__step(s, 0)->nr_deltas, 9);
	series__free(s);
	fixture__free(f);
}

static void short_end_joins_the_last(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct series *s = series(10, SIZE_MAX);

	(void)state;
	add_second(s, f, 0);
	add_second(s, f, 1);
	f->snap.start_ns = 2 * S;
	f->snap.end_ns = 2 * S + S / 3;
	assert_int_equal(series__add(s, &f->snap), 0);
	assert_int_equal(series__nr_steps(s), 2);
	assert_int_equal(series__step(s, 1)->end_ns, f->snap.end_ns);
	series__free(s);
	/* A short first one has nothing to join. */
	s = series(10, SIZE_MAX);
	assert_int_equal(series__add(s, &f->snap), 0);
	assert_int_equal(series__nr_steps(s), 1);
	series__free(s);
	fixture__free(f);
}

/* A device learned only later is the same path by its id, and goes by its last name. */
static void id_tells_more_than_name(void **state)
{
	struct fixture *f = fixture__empty();
	struct series *s = series(10, SIZE_MAX);
	struct hist sum;

	(void)state;
	hist__add(fixture__path(f, KIND_CPU, AREA_DISK, MECH_PV, "other", "irq 9", "handler"), 70);
	f->snap.paths[0].id = 12;
	add_second(s, f, 0);
	strcpy(f->snap.paths[0].key.device, "xvdb");
	add_second(s, f, 1);
	sum_path(&sum, s, &f->snap.paths[0]);
	assert_int_equal(hist__count(&sum), 2);
	hist__free(&sum);
	f->snap.paths[0].id = 0;
	assert_int_equal(series__find(s, &f->snap.paths[0]), 0);
	strcpy(f->snap.paths[0].key.device, "other");
	assert_int_equal(series__find(s, &f->snap.paths[0]), -1);
	series__free(s);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_exact),
		cmocka_unit_test(steps_are_merged_in_pairs),
		cmocka_unit_test(bytes_are_bounded),
		cmocka_unit_test(short_end_joins_the_last),
		cmocka_unit_test(id_tells_more_than_name),
	};

	return cmocka_run_group_tests_name("series", tests, NULL, NULL);
}
