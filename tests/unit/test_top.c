// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The live view: what each panel looks like, what keys change, and any size of the screen. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "golden.h"
#include "output/top.h"

#define S 1000000000ULL

/* What the screen shows, as a string that the caller frees; then how it is painted. */
static char *drawn(const struct top *top, const struct fixture *f, unsigned int width,
		   unsigned int height)
{
	struct screen screen;
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(screen__init(&screen, width, height), 0);
	top__draw(&screen, top, &f->report);
	screen__dump(&screen, out, false);
	screen__dump(&screen, out, true);
	screen__free(&screen);
	fclose(out);
	return text;
}

static void assert_drawn(const struct top *top, const struct fixture *f, unsigned int width,
			 unsigned int height, const char *name)
{
	char *text = drawn(top, f, width, height);

	golden__check(name, text);
	free(text);
}

static void press(struct top *top, const struct fixture *f, enum top_key key)
{
	assert_true(top__press(top, key, &f->report));
}

static void screens_are_as_they_were(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct top top;

	(void)state;
	top__init(&top, 0);
	top__note(&top, &f->report);
	assert_drawn(&top, f, 80, 24, "top.txt");
	press(&top, f, TOP_KEY_DOWN);
	assert_drawn(&top, f, 120, 40, "top-wide.txt");
	press(&top, f, TOP_KEY_ENTER);
	assert_drawn(&top, f, 80, 24, "top-legs.txt");
	press(&top, f, TOP_KEY_BACK);
	press(&top, f, TOP_KEY_TABLE);
	assert_drawn(&top, f, 80, 24, "top-cpu.txt");
	press(&top, f, TOP_KEY_FINDINGS);
	assert_drawn(&top, f, 80, 24, "top-findings.txt");
	top__init(&top, 60);
	top.at = 20;
	assert_drawn(&top, f, 80, 24, "top-recording.txt");
	fixture__free(f);
}

static void nothing_yet(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const struct snapshot *snap = f->report.snap;
	struct top top;
	char *text;

	(void)state;
	top__init(&top, 0);
	f->report.snap = NULL;
	f->report.ledger = NULL;
	text = drawn(&top, f, 80, 24);
	assert_non_null(strstr(text, "measuring ..."));
	assert_non_null(strstr(text, "SPECTRUM"));
	free(text);
	/* no key needs an interval */
	for (enum top_key key = TOP_KEY_NONE; key <= TOP_KEY_SLOWER; key++)
		if (key != TOP_KEY_QUIT)
			press(&top, f, key);
	assert_false(top__press(&top, TOP_KEY_QUIT, &f->report));
	f->report.snap = snap;
	fixture__free(f);
}

/* Every panel, of any run, on a screen of any size: sanitizers watch. */
static void any_size_and_any_run(void **state)
{
	static const unsigned int sizes[][2] = { { 0, 0 },   { 1, 1 },	 { 10, 3 },   { 39, 10 },
						 { 40, 12 }, { 80, 24 }, { 300, 100 } };

	(void)state;
	for (unsigned int seed = 0; seed < 30; seed++) {
		struct fixture *f = seed == 0	? fixture__hostile()
				    : seed == 1 ? fixture__empty()
						: fixture__random(seed);

		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			struct top top;

			top__init(&top, seed % 3 ? 0 : 7);
			top__note(&top, &f->report);
			for (enum top_key key = TOP_KEY_NONE + 2; key <= TOP_KEY_SLOWER; key++) {
				press(&top, f, key);
				free(drawn(&top, f, sizes[i][0], sizes[i][1]));
				press(&top, f, TOP_KEY_ENTER);
				free(drawn(&top, f, sizes[i][0], sizes[i][1]));
			}
		}
		fixture__free(f);
	}
}

static double first_by(struct top *top, const struct fixture *f, enum top_key key,
		       double (*of)(const struct wait_row *row))
{
	struct top_rows rows;
	double first;

	press(top, f, key);
	rows = top__rows(top, &f->report);
	assert_true(rows.nr > 1);
	for (size_t i = 1; i < rows.nr; i++)
		if (!rows.rows[i].wait->stacked && rows.rows[i].wait->area != AREA_TIMER)
			assert_true(of(rows.rows[i - 1].wait) >= of(rows.rows[i].wait));
	first = of(rows.rows[0].wait);
	free(rows.rows);
	return first;
}

static double waited(const struct wait_row *row)
{
	return row->waited_ns;
}

static double rate(const struct wait_row *row)
{
	return row->per_second;
}

static double p99(const struct wait_row *row)
{
	return row->p99_ns;
}

static void rows_are_sorted(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct top top;

	(void)state;
	top__init(&top, 0);
	assert_true(first_by(&top, f, TOP_KEY_RATE, rate) > 14000);
	assert_true(first_by(&top, f, TOP_KEY_P99, p99) > 1e7);
	assert_true(first_by(&top, f, TOP_KEY_TIME, waited) > 8e10);
	fixture__free(f);
}

static void a_chosen_row_is_followed(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct top top;
	struct top_rows rows;
	struct top_name chosen;

	(void)state;
	top__init(&top, 0);
	press(&top, f, TOP_KEY_DOWN);
	rows = top__rows(&top, &f->report);
	assert_int_equal(rows.chosen, 1);
	free(rows.rows);
	chosen = top.choice;
	press(&top, f, TOP_KEY_RATE);
	rows = top__rows(&top, &f->report);
	assert_true(top_row__is(&rows.rows[rows.chosen], &chosen));
	free(rows.rows);
	/* the ends hold */
	for (int i = 0; i < 50; i++)
		press(&top, f, TOP_KEY_DOWN);
	rows = top__rows(&top, &f->report);
	assert_int_equal(rows.chosen, rows.nr - 1);
	free(rows.rows);
	for (int i = 0; i < 50; i++)
		press(&top, f, TOP_KEY_UP);
	rows = top__rows(&top, &f->report);
	assert_int_equal(rows.chosen, 0);
	free(rows.rows);
	fixture__free(f);
}

static void the_cursor_stays_within_the_recording(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct top top;

	(void)state;
	top__init(&top, 3);
	press(&top, f, TOP_KEY_LEFT);
	assert_int_equal(top.at, 1);
	for (int i = 0; i < 5; i++)
		press(&top, f, TOP_KEY_RIGHT);
	assert_int_equal(top.at, 3);
	/* from its end it begins again */
	press(&top, f, TOP_KEY_SPACE);
	assert_true(top.playing && top.at == 1);
	press(&top, f, TOP_KEY_LAST);
	assert_true(!top.playing && top.at == 3);
	press(&top, f, TOP_KEY_FIRST);
	assert_int_equal(top.at, 1);
	for (int i = 0; i < 20; i++)
		press(&top, f, TOP_KEY_FASTER);
	assert_int_equal(top.speed, 64);
	for (int i = 0; i < 20; i++)
		press(&top, f, TOP_KEY_SLOWER);
	assert_int_equal(top.speed, 1);
	fixture__free(f);
}

static void findings_grow_old(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct top top;
	char *text;

	(void)state;
	top__init(&top, 0);
	top__note(&top, &f->report);
	top__note(&top, &f->report);
	assert_int_equal(top.nr_seen, f->ledger->findings.nr_met);
	text = drawn(&top, f, 100, 24);
	assert_null(strstr(text, "s ago"));
	free(text);
	f->snap.end_ns += 12 * S;
	text = drawn(&top, f, 100, 24);
	assert_non_null(strstr(text, "12 s ago"));
	free(text);
	/* more than are kept */
	for (unsigned int i = 0; i < 40; i++) {
		for (size_t n = 0; n < f->ledger->findings.nr; n++) {
			f->ledger->findings.all[n].verdict = FINDING_MET;
			snprintf(f->ledger->findings.all[n].subject, 48, "disk%u", i);
		}
		top__note(&top, &f->report);
	}
	assert_int_equal(top.nr_seen, TOP_SEEN);
	assert_string_equal(top.seen[0].finding.subject, "disk39");
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_are_as_they_were),
		cmocka_unit_test(nothing_yet),
		cmocka_unit_test(any_size_and_any_run),
		cmocka_unit_test(rows_are_sorted),
		cmocka_unit_test(a_chosen_row_is_followed),
		cmocka_unit_test(the_cursor_stays_within_the_recording),
		cmocka_unit_test(findings_grow_old),
	};

	return cmocka_run_group_tests_name("top", tests, NULL, NULL);
}
