// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The page: what it holds, that no name breaks out of it, and its size. tests/browser opens it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "golden.h"
#include "output/escape.h"
#include "output/html_parts.h"
#include "page.h"

static json_t *print(const struct fixture *f)
{
	char *page = fixture__print(f, output_html.total);
	json_t *data = page__data(page);

	free(page);
	return data;
}

static void page_is_whole(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *page = fixture__print(f, output_html.total);

	(void)state;
	assert_ptr_equal(strstr(page, "<!doctype html>\n<html"), page);
	assert_string_equal(page + strlen(page) - 16, "</body>\n</html>\n");
	for (size_t i = 0; i < html_report_page.nr_scripts; i++) {
		const struct html_file *script = &html_report_page.scripts[i];

		assert_non_null(
			memmem(page, strlen(page), script->text, script->end - script->text));
	}
	assert_int_equal(page__times(page, "<script"), 2);
	assert_int_equal(page__times(page, "</script"), 2);
	assert_int_equal(page__times(page, "<style>"), 1);
	assert_non_null(strstr(page, "<title>xentrace-bpf: db-7 2026-11-22 09:14</title>"));
	free(page);
	fixture__free(f);
}

static void page_asks_for_nothing(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *page = fixture__print(f, output_html.total);

	(void)state;
	page__assert_asks_for_nothing(page);
	free(page);
	fixture__free(f);
}

static void hostile_names_stay_inside(void **state)
{
	struct fixture *f = fixture__hostile();
	char expected[ESCAPE_LEN], *page;
	json_t *data, *path;

	(void)state;
	for (size_t i = 0; page__hostile[i]; i++) {
		f->run.host = f->run.command_line = f->run.kernel = page__hostile[i];
		strncpy(f->snap.paths[0].key.device, page__hostile[i], 47);
		strncpy(f->snap.slow[0].comm, page__hostile[i], sizeof(f->snap.slow[0].comm) - 1);
		fixture__add_series(f, 3);
		page = fixture__print(f, output_html.total);
		assert_int_equal(page__times(page, "<script"), 2);
		assert_int_equal(page__times(page, "</script"), 2);
		assert_int_equal(page__times(page, "<title"), 1);
		assert_int_equal(page__times(page, "</title"), 1);
		assert_null(strstr(page, "<!--"));
		assert_null(strstr(page, "<script>alert"));
		data = page__data(page);
		path = json_array_get(json_object_get(data, "paths"), 0);
		assert_string_equal(json_string_value(json_object_get(path, "device")),
				    escape__utf8(expected, sizeof(expected), page__hostile[i]));
		path = json_object_get(data, "run");
		assert_string_equal(json_string_value(json_object_get(path, "command_line")),
				    expected);
		json_decref(data);
		free(page);
	}
	fixture__free(f);
}

/* A number of html_series.c, read back. */
static uint64_t number(const char **text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned int shift = 0, digit;
	uint64_t n = 0;

	do {
		const char *found = strchr(digits, *(*text)++);

		assert_non_null(found);
		digit = found - digits;
		n |= (uint64_t)(digit & 31) << shift;
		shift += 5;
	} while (digit & 32);
	return n;
}

/* A path's counts, by bucket over all columns. Returns the last column. */
static size_t decode(uint64_t counts[HIST_BUCKETS], const char *text)
{
	size_t column = 0;

	memset(counts, 0, HIST_BUCKETS * sizeof(*counts));
	while (*text) {
		uint64_t cells, bucket = 0;

		column += number(&text);
		for (cells = number(&text); cells; cells--) {
			bucket += number(&text);
			assert_in_range(bucket, 0, HIST_BUCKETS - 1);
			counts[bucket] += number(&text);
		}
	}
	return column;
}

/* Every event of every path is in the course, at its latency. */
static void assert_course(const struct fixture *f, json_t *series)
{
	unsigned int grain = json_integer_value(json_object_get(series, "buckets"));
	json_t *cells = json_object_get(series, "cells");
	size_t columns = json_array_size(json_object_get(series, "edges_ms")) - 1;
	uint64_t counts[HIST_BUCKETS];

	assert_int_equal(json_array_size(cells), f->snap.nr_paths);
	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		const struct hist *h = &f->snap.paths[i].hist;
		uint64_t expected[HIST_BUCKETS] = {};

		for (unsigned int b = 0; b < h->nr; b++)
			expected[h->bucket[b].index / grain] += h->bucket[b].count;
		assert_true(decode(counts, json_string_value(json_array_get(cells, i))) < columns);
		assert_memory_equal(counts, expected, sizeof(counts));
	}
}

static void course_is_exact(void **state)
{
	static const unsigned int steps[] = { 1, 7, 60, 500 };
	struct fixture *f = fixture__pvhvm();

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		json_t *data, *series, *edges;

		fixture__add_series(f, steps[i]);
		data = print(f);
		series = json_object_get(data, "series");
		edges = json_object_get(series, "edges_ms");
		assert_course(f, series);
		assert_int_equal(json_integer_value(json_array_get(edges, 0)), 0);
		assert_int_equal(
			json_integer_value(json_array_get(edges, json_array_size(edges) - 1)),
			10000);
		json_decref(data);
	}
	fixture__free(f);
}

/* Ever less room: fewer latencies first, then longer steps; never a lost event. */
static void course_fits(void **state)
{
	struct fixture *f = fixture__pvhvm();
	size_t last = SIZE_MAX;

	(void)state;
	fixture__add_series(f, 200);
	for (size_t room = 80000; room > 1000; room /= 2) {
		json_t *series = html__series(&f->report, room);
		size_t columns = json_array_size(json_object_get(series, "edges_ms")) - 1;
		size_t bytes = 0, i;
		json_t *text;

		assert_course(f, series);
		json_array_foreach(json_object_get(series, "cells"), i, text)
			bytes += json_string_length(text);
		assert_true(bytes <= room || columns == 1);
		assert_true(columns <= last);
		last = columns;
		json_decref(series);
	}
	assert_in_range(last, 1, 20);
	fixture__free(f);
}

static void no_course_is_null(void **state)
{
	struct fixture *f = fixture__pvhvm();
	json_t *data = print(f);

	(void)state;
	assert_true(json_is_null(json_object_get(data, "series")));
	json_decref(data);
	fixture__free(f);
}

/* Ten minutes at 1 s, of this guest and of one with ten times as many paths. */
static void page_is_below_a_megabyte(void **state)
{
	struct fixture *f = fixture__pvhvm();
	size_t nr = f->snap.nr_paths;
	char *page;

	(void)state;
	f->snap.end_ns = f->snap.start_ns + 600000000000;
	fixture__add_series(f, 600);
	page = fixture__print(f, output_html.total);
	print_message("ten minutes of %zu paths: %zu bytes\n", nr, strlen(page));
	assert_in_range(strlen(page), 100000, 1000000);
	free(page);
	for (size_t i = nr; i < 10 * nr; i++) {
		struct path_key key = f->snap.paths[i % nr].key;
		struct hist *h;

		snprintf(key.device, sizeof(key.device), "disk%zu", i);
		h = fixture__path(f, key.kind, key.area, key.mech, key.device, key.op, key.leg);
		assert_int_equal(hist__copy(h, &f->snap.paths[i % nr].hist), 0);
	}
	fixture__add_series(f, 600);
	page = fixture__print(f, output_html.total);
	print_message("ten minutes of %zu paths: %zu bytes\n", 10 * nr, strlen(page));
	assert_in_range(strlen(page), 300000, 1000000);
	free(page);
	fixture__free(f);
}

/* What only the page has; the rest is that of the JSON lines, or other tests'. */
static void data_is_as_it_was(void **state)
{
	static const char *const others[] = { "detect",	  "findings", "per_vcpu",     "queues",
					      "slowest",  "paths",    "conservation", "losses",
					      "own_cost", "probes",   "palette",      "terms" };
	struct fixture *f = fixture__pvhvm();
	char *text, *lines;
	json_t *data;

	(void)state;
	fixture__add_series(f, 3);
	data = print(f);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(json_object_del(data, others[i]), 0);
	text = json_dumps(data, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	assert_true(asprintf(&lines, "%s\n", text) > 0);
	golden__check("pvhvm-page.json", lines);
	free(lines);
	free(text);
	json_decref(data);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_is_whole),
		cmocka_unit_test(page_asks_for_nothing),
		cmocka_unit_test(hostile_names_stay_inside),
		cmocka_unit_test(course_is_exact),
		cmocka_unit_test(course_fits),
		cmocka_unit_test(no_course_is_null),
		cmocka_unit_test(page_is_below_a_megabyte),
		cmocka_unit_test(data_is_as_it_was),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
