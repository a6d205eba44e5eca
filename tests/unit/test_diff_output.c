// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A comparison as text, JSON, folded stacks and drawing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "diffs.h"
#include "golden.h"
#include "schema.h"

static void text_is_as_it_was(void **state)
{
	struct compared *c = diffs__ahci_to_blkfront(NULL);
	char *text = diffs__print(c, &output_text), *end;

	(void)state;
	golden__check("diff.txt", text);
	for (const char *line = text; (end = strchr(line, '\n')); line = end + 1) {
		assert_true(end - line <= 100);
		assert_true(end == line || end[-1] != ' ');
	}
	free(text);
	diffs__free(c);
}

/* 276 and +275.5 +-154.7 were printed as one word. */
static void wide_changes_keep_to_their_columns(void **state)
{
	const struct diff_metric wide = {
		.value = { 1, 2.93 },
		.tested = true,
		.called = true,
		.shift = 1.93,
		.low = .486,
		.high = 3.374,
	};
	struct compared *c = diffs__ahci_to_blkfront(NULL);
	struct diff_row *row = NULL;
	char *text;

	(void)state;
	for (size_t i = 0; i < c->diff.nr_rows && !row; i++)
		if (c->diff.rows[i].there[0] && c->diff.rows[i].there[1] && !c->diff.rows[i].is_leg)
			row = &c->diff.rows[i];
	assert_non_null(row);
	row->count = row->mean = row->p99 = wide;
	text = diffs__print(c, &output_text);
	assert_non_null(strstr(text, " !+193 +-144 "));
	assert_non_null(strstr(text, " !+193 +-144\n"));
	free(text);
	diffs__free(c);
}

static void json_follows_its_schema(void **state)
{
	struct compared *c = diffs__ahci_to_blkfront(NULL);
	char *text = diffs__print(c, &output_json);
	json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *rows, *row;
	double last = HUGE_VAL;
	size_t i;

	(void)state;
	assert_non_null(line);
	assert_true(schema__follows(line));
	/* of the requests the one whose time changed most is first */
	rows = json_object_get(line, "changes");
	assert_true(json_array_size(rows) > 10);
	json_array_foreach(rows, i, row)
	{
		double change;

		if (strcmp(json_string_value(json_object_get(row, "kind")), "wait") ||
		    json_is_true(json_object_get(row, "part_of_total")))
			continue;
		change = fabs(json_real_value(json_object_get(row, "after_ns_per_s")) -
			      json_real_value(json_object_get(row, "before_ns_per_s")));
		assert_true(change <= last);
		last = change;
	}
	/* and the schema refuses what it does not know */
	json_object_set_new(json_array_get(rows, 0), "renamed", json_true());
	assert_false(schema__follows(line));
	json_decref(line);
	free(text);
	diffs__free(c);
}

/* Two counts a line, and each column is its run's time, by the second. */
static void folded_columns_are_the_runs(void **state)
{
	struct compared *c = diffs__ahci_to_blkfront(NULL);
	char *text = diffs__print(c, &output_folded), *end;
	double sum[KIND_NR][DIFF_SIDES] = {};
	size_t lines = 0;

	(void)state;
	for (char *line = text; (end = strchr(line, '\n')); line = end + 1) {
		enum kind kind = strncmp(line, "wait;", 5) ? KIND_CPU : KIND_WAIT;
		uint64_t before, after;
		char *space;
		int len = 0;

		*end = '\0';
		space = strchr(line, ' ');
		/* names have spaces as well: the counts are the last two words */
		while (space &&
		       sscanf(space, " %" SCNu64 " %" SCNu64 "%n", &before, &after, &len) != 2)
			space = strchr(space + 1, ' ');
		assert_non_null(space);
		assert_int_equal(space[len], '\0');
		assert_true(before + after > 0);
		sum[kind][0] += before;
		sum[kind][1] += after;
		lines++;
	}
	assert_true(lines > 20);
	for (int side = 0; side < DIFF_SIDES; side++) {
		const struct ledger *ledger = c->ledger[side];
		double columns = ledger->cpu.total_ns + ledger->cpu.excess_ns;
		double seconds = ledger->elapsed_ns / 1e9, waited = 0;

		for (size_t i = 0; i < ledger->nr_waits; i++)
			waited += ledger->waits[i].waited_ns;
		assert_true(fabs(sum[KIND_CPU][side] - columns / seconds) < lines);
		assert_true(fabs(sum[KIND_WAIT][side] - waited / seconds) < lines);
	}
	free(text);
	diffs__free(c);
}

static double number_after(const char *at, const char *what)
{
	const char *found = strstr(at, what);

	assert_non_null(found);
	return strtod(found + strlen(what), NULL);
}

/* What only one run has is seen, in its colour; frames are as wide as their parents. */
static void drawing_shows_what_is_gone(void **state)
{
	struct compared *c = diffs__ahci_to_blkfront(NULL);
	char *svg = diffs__print(c, &output_svg);
	const char *wait = strstr(svg, "<g id=\"wait\""), *at = wait;
	double depth[8] = {};
	bool gone = false, fresh = false;

	(void)state;
	assert_non_null(wait);
	while ((at = strstr(at + 1, "<g class=\"frame\""))) {
		const char *end = strstr(at, "</g>");
		const char *title = strstr(at, "<title>");

		depth[(int)number_after(at, "data-depth=\"")] += number_after(at, "data-ns=\"");
		/* blue and red, as in the legend */
		if (!strncmp(title, "<title>guest / emulated / disk / sda\n", 36))
			gone = memmem(at, end - at, "fill=\"#427cc4\"", 14);
		if (!strncmp(title, "<title>guest / pv / disk / xvda\n", 31))
			fresh = memmem(at, end - at, "fill=\"#de543c\"", 14);
		assert_null(memmem(at, end - at, "nan", 3));
	}
	assert_true(gone && fresh);
	assert_true(depth[0] > 0);
	for (int i = 1; i <= 5; i++)
		assert_true(fabs(depth[i] - depth[0]) < 1);
	assert_null(strstr(svg, "class=\"cell\""));
	assert_non_null(strstr(svg, "</svg>\n"));
	free(svg);
	diffs__free(c);
}

/* Runs without anything in them. */
static void empty_runs_have_a_comparison(void **state)
{
	const struct output *const outputs[] = { &output_text, &output_json, &output_folded,
						 &output_svg, &output_html };
	struct fixture *f = fixture__empty();
	struct compared *c = diffs__compare(recordings__live(f, 1, RUN_ENDS, &output_recording),
					    recordings__live(f, 1, RUN_ENDS, &output_recording));

	(void)state;
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		char *text = diffs__print(c, outputs[i]);

		assert_null(strstr(text, "nan"));
		assert_null(strstr(text, "inf"));
		free(text);
	}
	diffs__free(c);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_as_it_was),
		cmocka_unit_test(wide_changes_keep_to_their_columns),
		cmocka_unit_test(json_follows_its_schema),
		cmocka_unit_test(folded_columns_are_the_runs),
		cmocka_unit_test(drawing_shows_what_is_gone),
		cmocka_unit_test(empty_runs_have_a_comparison),
	};

	return cmocka_run_group_tests_name("diff output", tests, NULL, NULL);
}
