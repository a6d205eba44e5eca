// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The folded trees: exact sums, and lines that flamegraph.pl reads as they are. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <inttypes.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "golden.h"

/* flamegraph.pl: /^(.*)\s+?(\d+(?:\.\d*)?)$/, and once more on the stack, for a differential. */
#define PERL "^(.*)[[:space:]]+([0-9]+(\\.[0-9]*)?)$"
/* speedscope, inferno and others: one space, digits only. */
#define STRICT "^(.*) ([0-9]+)$"

static bool matches(const char *expression, const char *text, size_t *stack)
{
	regmatch_t match[3];
	regex_t regex;
	bool found;

	assert_int_equal(regcomp(&regex, expression, REG_EXTENDED), 0);
	found = !regexec(&regex, text, 3, match, 0);
	regfree(&regex);
	if (found && stack)
		*stack = match[1].rm_eo;
	return found;
}

/* Each line is one stack and one value to every reader, and they agree which. */
static void assert_grammar(const char *text)
{
	char *copy = strdup(text);

	for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n")) {
		size_t perl = 0, strict = 1;

		assert_true(!strncmp(line, "cpu;", 4) || !strncmp(line, "wait;", 5));
		assert_true(matches(PERL, line, &perl) && matches(STRICT, line, &strict));
		assert_int_equal(perl, strict);
		line[perl] = '\0';
		if (matches(PERL, line, NULL))
			fail_msg("'%s' ends in a second value", line);
		assert_null(strstr(line, ";;"));
		assert_true(line[perl - 1] != ';');
	}
	free(copy);
}

static void every_line_follows_the_grammar(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	for (unsigned int seed = 0; seed < 100; seed++) {
		struct fixture *any = fixture__random(seed);

		text = fixture__print(any, output_folded.total);
		assert_grammar(text);
		free(text);
		fixture__free(any);
	}
	hist__add(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_PV, "t", "irq 48", ""), 70);
	hist__add(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_PV, "t", "7 1.5", ""), 80);
	hist__add(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_PV, "t", "12", ""), 90);
	hist__add(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_PV, "t 9", "handler", ""), 60);
	fixture__close(f);
	text = fixture__print(f, output_folded.total);
	assert_grammar(text);
	assert_non_null(strstr(text, "cpu;pv;timers;t;irq_48 70\n"));
	assert_non_null(strstr(text, "cpu;pv;timers;t;7_1.5 80\n"));
	assert_non_null(strstr(text, "cpu;pv;timers;t;12 90\n"));
	assert_non_null(strstr(text, "cpu;pv;timers;t 9;handler 60\n"));
	free(text);
	fixture__free(f);
	f = fixture__hostile();
	text = fixture__print(f, output_folded.total);
	assert_grammar(text);
	free(text);
	fixture__free(f);
}

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
		cmocka_unit_test(every_line_follows_the_grammar),
		cmocka_unit_test(total_stands_in_for_missing_legs),
		cmocka_unit_test(trees_are_as_they_were),
		cmocka_unit_test(empty_has_no_line),
		cmocka_unit_test(hostile_names_break_no_line),
	};

	return cmocka_run_group_tests_name("folded", tests, NULL, NULL);
}
