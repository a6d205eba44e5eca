// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Recordings: to the byte what the live run gave. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "recordings.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void assert_report_is_live(struct fixture *f, unsigned int intervals, enum run_end end,
				  const char *what)
{
	struct blob recording = recordings__live(f, intervals, end, &output_recording);
	const struct output *output;
	char damage[160];

	for (unsigned int i = 0; (output = output__at(i)); i++) {
		struct blob live = recordings__live(f, intervals, end, output), report;
		char name[64];

		snprintf(name, sizeof(name), "%s, %s", what, output->name);
		assert_int_equal(recordings__report(recording.data, recording.size, output, &report,
						    damage),
				 0);
		assert_string_equal(damage, "");
		assert_true(live.size > 0 || !f->snap.nr_paths);
		recordings__assert_same(&live, &report, name);
		free(live.data);
		free(report.data);
	}
	free(recording.data);
}

static void report_is_the_live_one(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_report_is_live(f, 3, RUN_ENDS, "pvhvm");
	assert_report_is_live(f, 0, RUN_ENDS, "without intervals");
	f->report.timestamps = f->report.verbose = f->report.per_vcpu = true;
	f->report.slower_ns = 1;
	assert_report_is_live(f, 2, RUN_ENDS, "with all options");
	f->report.platform = NULL;
	assert_report_is_live(f, 1, RUN_ENDS, "without platform");
	fixture__free(f);
	f = fixture__hostile();
	assert_report_is_live(f, 2, RUN_ENDS, "hostile");
	fixture__free(f);
	f = fixture__empty();
	assert_report_is_live(f, 1, RUN_ENDS, "empty");
	fixture__free(f);
}

/* Buckets that no interval had: the page's course adds up to the whole with them. */
static void slowest_come_after_the_last_interval(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		hist__add(&f->snap.paths[i].hist, 0);
		hist__add(&f->snap.paths[i].hist, 1ull << 34);
	}
	assert_report_is_live(f, 3, RUN_GOES_ON, "slow at the end");
	fixture__free(f);
}

/* Times of single buckets, which intervals do not have, become 0; returns their sum. */
static json_int_t take_times(json_t *buckets)
{
	json_int_t sum = 0;
	json_t *bucket;
	size_t i;

	json_array_foreach(buckets, i, bucket)
	{
		sum += json_integer_value(json_array_get(bucket, 2));
		if (json_array_size(bucket) > 2)
			json_array_set_new(bucket, 2, json_integer(0));
	}
	return sum;
}

/* A line of JSON, where a path's bucket times add up to its own and are then taken out. */
static json_t *parse_without_times(const char *line, size_t len)
{
	json_t *parsed = json_loadb(line, len, 0, NULL), *path;
	bool total;
	size_t i;

	assert_non_null(parsed);
	total = !strcmp(json_string_value(json_object_get(parsed, "type")), "total");
	json_array_foreach(json_object_get(parsed, "paths"), i, path)
	{
		json_int_t sum = take_times(json_object_get(path, "buckets"));

		assert_int_equal(sum,
				 total ? json_integer_value(json_object_get(path, "total_ns")) : 0);
	}
	return parsed;
}

static void assert_same_but_for_times(const struct blob *a, const struct blob *b)
{
	const char *x = a->data, *y = b->data;
	unsigned int lines = 0;

	for (; *x && *y; lines++) {
		size_t x_len = strcspn(x, "\n") + 1, y_len = strcspn(y, "\n") + 1;
		json_t *first = parse_without_times(x, x_len);
		json_t *second = parse_without_times(y, y_len);

		assert_true(json_equal(first, second));
		json_decref(first);
		json_decref(second);
		x += x_len;
		y += y_len;
	}
	assert_true(!*x && !*y && lines > 2);
}

/* Killed before its total: the intervals make it, all but how a path's time is divided among buckets. */
static void intervals_make_the_total(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob killed, live, text;
	const struct output *const outputs[] = { &output_text, &output_folded, &output_openmetrics,
						 &output_json };
	char damage[160];

	(void)state;
	f->report.per_vcpu = f->report.verbose = true;
	f->report.slower_ns = 1;
	killed = recordings__live(f, 4, RUN_KILLED, &output_recording);
	for (size_t i = 0; i < NR(outputs); i++) {
		live = recordings__live(f, 4, RUN_ENDS, outputs[i]);
		assert_int_equal(
			recordings__report(killed.data, killed.size, outputs[i], &text, damage), 0);
		assert_non_null(strstr(damage, "has no end, after 4 intervals"));
		if (outputs[i] == &output_json)
			assert_same_but_for_times(&live, &text);
		else
			recordings__assert_same(&live, &text, outputs[i]->name);
		free(live.data);
		free(text.data);
	}
	free(killed.data);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_is_the_live_one),
		cmocka_unit_test(slowest_come_after_the_last_interval),
		cmocka_unit_test(intervals_make_the_total),
	};

	return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}
