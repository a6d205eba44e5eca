// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The pages of a run and of a comparison: that they hold what the other outputs print, that no name
 * breaks out of them, and their size. tests/browser opens them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "diffs.h"
#include "fixture.h"
#include "output/escape.h"
#include "output/html.h"
#include "page.h"

#define SCRIPTS		4 /* header, total, page, and the scripts themselves */
#define SCRIPTS_OF_DIFF 3

static char *page_of(const struct fixture *f)
{
	return fixture__print(f, output_html.total);
}

static void pages_are_whole(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct compared *c = diffs__ahci_to_blkfront(NULL);
	char *page = page_of(f), *diff = diffs__print(c, &output_html);

	(void)state;
	page__assert_whole(page, SCRIPTS);
	page__assert_whole(diff, SCRIPTS_OF_DIFF);
	page__assert_asks_for_nothing(page);
	page__assert_asks_for_nothing(diff);
	assert_non_null(strstr(page, "<title>xentrace-bpf: db-7 2026-11-22 09:14</title>"));
	assert_non_null(strstr(diff, "<title>xentrace-bpf: diff db-7 2026-11-22 09:14</title>"));
	assert_true(strlen(diff) < 200000);
	free(diff);
	free(page);
	diffs__free(c);
	fixture__free(f);
}

static char *read_file(const char *path)
{
	char *text = calloc(1, 1 << 16);
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	assert_in_range(fread(text, 1, (1 << 16) - 1, in), 1, (1 << 16) - 2);
	fclose(in);
	return text;
}

/* A script that lies in no page is a script too many. */
static void every_script_is_in_a_page(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct compared *c = diffs__ahci_to_blkfront(NULL);
	char *page = page_of(f), *diff = diffs__print(c, &output_html);
	glob_t scripts;

	(void)state;
	assert_int_equal(glob("src/output/html/*", 0, NULL, &scripts), 0);
	for (size_t i = 0; i < scripts.gl_pathc; i++) {
		char *text = read_file(scripts.gl_pathv[i]);

		if (!strstr(page, text) && !strstr(diff, text))
			fail_msg("%s", scripts.gl_pathv[i]);
		free(text);
	}
	globfree(&scripts);
	free(diff);
	free(page);
	diffs__free(c);
	fixture__free(f);
}

/* The document of that id is the line that `text` is; the drawing is all of `svg`. Frees both. */
static void assert_document(const char *page, const char *id, char *text)
{
	char *document = page__document(page, id);

	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(document, text);
	free(document);
	free(text);
}

static void assert_drawing(const char *page, char *svg)
{
	assert_non_null(strstr(page, strstr(svg, "<svg")));
	free(svg);
}

static void pages_hold_the_other_outputs(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct compared *c = diffs__ahci_to_blkfront(NULL);
	char *page = page_of(f), *diff = diffs__print(c, &output_html);

	(void)state;
	assert_document(page, "header", fixture__print(f, output_json.header));
	assert_document(page, "total", fixture__print(f, output_json.total));
	assert_drawing(page, fixture__print(f, output_svg.total));
	assert_document(diff, "diff", diffs__print(c, &output_json));
	assert_drawing(diff, diffs__print(c, &output_svg));
	free(diff);
	free(page);
	diffs__free(c);
	fixture__free(f);
}

static void assert_text(json_t *object, const char *member, const char *expected)
{
	assert_string_equal(json_string_value(json_object_get(object, member)), expected);
}

static void hostile_names_stay_inside(void **state)
{
	struct fixture *f = fixture__hostile();
	char expected[ESCAPE_LEN], *page;
	json_t *data;

	(void)state;
	for (size_t i = 0; page__hostile[i]; i++) {
		escape__utf8(expected, sizeof(expected), page__hostile[i]);
		f->run.host = f->run.command_line = f->run.kernel = page__hostile[i];
		strncpy(f->snap.paths[0].key.device, page__hostile[i], 47);
		strncpy(f->snap.slow[0].comm, page__hostile[i], sizeof(f->snap.slow[0].comm) - 1);
		fixture__add_series(f, 3);
		page = page_of(f);
		page__assert_whole(page, SCRIPTS);
		assert_null(strstr(page, "<script>alert"));
		data = page__data(page, "total");
		assert_text(json_array_get(json_object_get(data, "paths"), 0), "device", expected);
		json_decref(data);
		data = page__data(page, "header");
		assert_text(data, "command_line", expected);
		json_decref(data);
		free(page);
	}
	fixture__free(f);
}

static bool has_device(json_t *data, const char *name)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(data, "changes"), i, row)
	{
		json_t *device = json_object_get(json_object_get(row, "device"), "before");

		if (json_is_string(device) && !strcmp(json_string_value(device), name))
			return true;
	}
	return false;
}

static void hostile_names_stay_inside_a_comparison(void **state)
{
	char expected[ESCAPE_LEN];

	(void)state;
	for (size_t i = 0; page__hostile[i]; i++) {
		struct compared *c = diffs__ahci_to_blkfront(page__hostile[i]);
		struct run_info run = *c->report.run[DIFF_AFTER].run;
		json_t *data;
		char *page;

		run.host = run.command_line = run.kernel = page__hostile[i];
		c->report.run[DIFF_AFTER].run = &run;
		c->report.file[DIFF_AFTER] = page__hostile[i];
		page = diffs__print(c, &output_html);
		page__assert_whole(page, SCRIPTS_OF_DIFF);
		data = page__data(page, "diff");
		escape__utf8(expected, sizeof(expected), page__hostile[i]);
		assert_true(has_device(data, expected));
		assert_text(json_object_get(data, "after"), "file", expected);
		json_decref(data);
		free(page);
		diffs__free(c);
	}
}

/* A number of html.c, read back. */
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

	assert_int_equal(json_object_size(cells), f->snap.nr_paths);
	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		const struct hist *h = &f->snap.paths[i].hist;
		uint64_t expected[HIST_BUCKETS] = {};
		const char *text;
		char number[24];

		for (unsigned int b = 0; b < h->nr; b++)
			expected[h->bucket[b].index / grain] += h->bucket[b].count;
		snprintf(number, sizeof(number), "%zu", i);
		text = json_string_value(json_object_get(cells, number));
		assert_true(decode(counts, text) < columns);
		assert_memory_equal(counts, expected, sizeof(counts));
	}
}

static json_t *course_of(const struct fixture *f)
{
	char *page = page_of(f);
	json_t *data = page__data(page, "page"), *course;

	course = json_incref(json_object_get(data, "course"));
	json_decref(data);
	free(page);
	return course;
}

static void course_is_exact(void **state)
{
	static const unsigned int steps[] = { 1, 7, 60, 500 };
	struct fixture *f = fixture__pvhvm();

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		json_t *course, *edges;

		fixture__add_series(f, steps[i]);
		course = course_of(f);
		edges = json_object_get(course, "edges_ms");
		assert_course(f, course);
		assert_int_equal(json_integer_value(json_array_get(edges, 0)), 0);
		assert_int_equal(
			json_integer_value(json_array_get(edges, json_array_size(edges) - 1)),
			10000);
		json_decref(course);
	}
	fixture__free(f);
}

/* The course in that many bytes; owned by the caller. */
static json_t *course_within(const struct fixture *f, size_t room)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	json_t *course;

	assert_int_equal(html__course(out, &f->report, room), 0);
	fclose(out);
	course = json_loads(text, 0, NULL);
	free(text);
	return course;
}

/* Ever less room: fewer latencies first, then longer steps; never a lost event. */
static void course_fits(void **state)
{
	struct fixture *f = fixture__pvhvm();
	size_t last = SIZE_MAX;

	(void)state;
	fixture__add_series(f, 200);
	for (size_t room = 80000; room > 1000; room /= 2) {
		json_t *course = course_within(f, room), *text;
		size_t columns = json_array_size(json_object_get(course, "edges_ms")) - 1;
		size_t bytes = 0;
		const char *path;

		assert_course(f, course);
		json_object_foreach(json_object_get(course, "cells"), path, text)
			bytes += json_string_length(text);
		assert_true(bytes <= room || columns == 1);
		assert_true(columns <= last);
		last = columns;
		json_decref(course);
	}
	assert_in_range(last, 1, 20);
	fixture__free(f);
}

static void no_course_is_null(void **state)
{
	struct fixture *f = fixture__pvhvm();
	json_t *course = course_of(f);

	(void)state;
	assert_true(json_is_null(course));
	json_decref(course);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_whole),
		cmocka_unit_test(every_script_is_in_a_page),
		cmocka_unit_test(pages_hold_the_other_outputs),
		cmocka_unit_test(hostile_names_stay_inside),
		cmocka_unit_test(hostile_names_stay_inside_a_comparison),
		cmocka_unit_test(course_is_exact),
		cmocka_unit_test(course_fits),
		cmocka_unit_test(no_course_is_null),
		cmocka_unit_test(page_is_below_a_megabyte),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
