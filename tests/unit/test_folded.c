// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The folded trees: exact sums, and lines that flamegraph.pl reads as they are. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "golden.h"

/* As flamegraph.pl: what follows the last space is the value, frames are split at ';'. */
static uint64_t sum_of_tree(const char *text, const char *tree)
{
	size_t len = strlen(tree);
	uint64_t sum = 0;

	while (*text) {
		const char *end = strchr(text, '\n'), *space;
		char *rest;
		uint64_t ns;

		assert_non_null(end);
		space = memrchr(text, ' ', end - text);
		assert_non_null(space);
		ns = strtoull(space + 1, &rest, 10);
		assert_ptr_equal(rest, end);
		assert_true(ns > 0);
		assert_null(memmem(text, space - text, ";;", 2));
		if (!strncmp(text, tree, len) && text[len] == ';')
			sum += ns;
		text = end + 1;
	}
	return sum;
}

static uint64_t sum_of_legs(const struct fixture *f)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < f->ledger->nr_waits; i++)
		for (size_t n = 0; n < f->ledger->waits[i].nr_legs; n++)
			if (!f->ledger->waits[i].stacked)
				sum += f->ledger->waits[i].legs[n].ns;
	return sum;
}

static void assert_sums(const struct fixture *f)
{
	char *text = fixture__print(f, output_folded.total);

	assert_int_equal(sum_of_tree(text, "cpu"),
			 f->ledger->cpu.total_ns + f->ledger->cpu.excess_ns);
	assert_int_equal(sum_of_tree(text, "wait"), sum_of_legs(f));
	free(text);
}

static void sums_are_the_ledgers(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_int_equal(f->ledger->cpu.total_ns, 40000000000);
	assert_sums(f);
	/* Columns that exceed the whole, a stacked disk, no steal: the sums follow the ledger. */
	f->snap.cpu.idle_ns += 10000000000;
	f->platform.disks[0].stacked = true;
	fixture__close(f);
	assert_true(f->ledger->cpu.excess_ns > 0);
	assert_sums(f);
	f->snap.cpu.steal_measured = false;
	fixture__close(f);
	assert_sums(f);
	fixture__free(f);
}

static void total_stands_in_for_missing_legs(void **state)
{
	struct fixture *f = fixture__empty();
	char *text;

	(void)state;
	hist__add(fixture__path(f, KIND_WAIT, AREA_DISK, MECH_PV, "x", "read", "total"), 1234);
	fixture__close(f);
	text = fixture__print(f, output_folded.total);
	assert_string_equal(text, "wait;pv;disk;x;read;total 1234\n");
	free(text);
	fixture__free(f);
}

static void trees_are_as_they_were(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text = fixture__print(f, output_folded.total);

	(void)state;
	golden__check("pvhvm.folded", text);
	free(text);
	fixture__free(f);
}

static void empty_has_no_line(void **state)
{
	struct fixture *f = fixture__empty();
	char *text = fixture__print(f, output_folded.total);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	fixture__free(f);
}

static void hostile_names_break_no_line(void **state)
{
	struct fixture *f = fixture__hostile();
	char *text;

	(void)state;
	assert_sums(f);
	text = fixture__print(f, output_folded.total);
	for (const char *c = text; *c; c++)
		assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
	/* mechanism, area, device, op, leg: never more frames than that under the root. */
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		int frames = 0;

		for (const char *c = line; *c != '\n'; c++)
			frames += *c == ';';
		assert_true(frames <= 5);
	}
	free(text);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_the_ledgers),
		cmocka_unit_test(total_stands_in_for_missing_legs),
		cmocka_unit_test(trees_are_as_they_were),
		cmocka_unit_test(empty_has_no_line),
		cmocka_unit_test(hostile_names_break_no_line),
	};

	return cmocka_run_group_tests_name("folded", tests, NULL, NULL);
}
