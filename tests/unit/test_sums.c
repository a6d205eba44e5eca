// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every flame graph is the ledger's account, to the nanosecond: folded and svg, of the
 * fixture and of whatever a run may hold.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "output/flame.h"

#define RUNS 150

/* What a graph of that kind has to hold. */
static uint64_t total_of(const struct ledger *ledger, enum kind kind)
{
	uint64_t ns = 0;

	if (kind == KIND_CPU)
		return ledger->cpu.total_ns + ledger->cpu.excess_ns;
	/* Legs where there are any: what lies outside of them is nobody's. */
	for (size_t i = 0; i < ledger->nr_waits; i++)
		if (!ledger->waits[i].stacked)
			ns += ledger->waits[i].waited_ns - ledger->waits[i].outside_ns;
	return ns;
}

/* The ledger's own columns, before anything is held against them. */
static void assert_columns(const struct ledger *ledger)
{
	const struct cpu_account *cpu = &ledger->cpu;
	uint64_t ns = cpu->idle_ns, rows[MECH_NR] = {};

	for (enum mech mech = 0; mech < MECH_NR; mech++)
		ns += cpu->mech_ns[mech];
	assert_int_equal(ns, cpu->total_ns + cpu->excess_ns);
	for (size_t i = 0; i < cpu->nr_rows; i++)
		rows[cpu->rows[i].mech] += cpu->rows[i].ns;
	assert_int_equal(rows[MECH_PV], cpu->mech_ns[MECH_PV]);
	assert_int_equal(rows[MECH_EMULATED], cpu->mech_ns[MECH_EMULATED]);
	assert_int_equal(rows[MECH_HARDWARE], cpu->mech_ns[MECH_HARDWARE]);
}

static void assert_folded(const struct fixture *f)
{
	char *text = fixture__print(f, output_folded.total);
	uint64_t sums[KIND_NR] = {};

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		sums[strncmp(line, "wait;", 5) ? KIND_CPU : KIND_WAIT] +=
			strtoull(strrchr(line, ' '), NULL, 10);
	for (enum kind kind = 0; kind < KIND_NR; kind++)
		assert_int_equal(sums[kind], total_of(f->ledger, kind));
	free(text);
}

static uint64_t ns_after(const char *at)
{
	at = strstr(at, "data-ns=\"");
	assert_non_null(at);
	return strtoull(at + strlen("data-ns=\""), NULL, 10);
}

/* Idle and the guest's code are not drawn: they are parts of the strip, with all of the rest. */
static void assert_svg(const struct fixture *f)
{
	char *svg = fixture__print(f, output_svg.total), *cpu = strstr(svg, "<g id=\"cpu\"");
	char *wait = strstr(svg, "<g id=\"wait\"");
	uint64_t parts = 0, first_row = 0, left_out;

	assert_true(cpu && wait && cpu < wait);
	left_out = f->ledger->cpu.idle_ns + f->ledger->cpu.guest_rest_ns;
	assert_int_equal(ns_after(cpu) + left_out, total_of(f->ledger, KIND_CPU));
	assert_int_equal(ns_after(wait), total_of(f->ledger, KIND_WAIT));
	for (char *at = cpu; (at = strstr(at + 1, "<g class=\"part\"")) && at < wait;)
		parts += ns_after(at);
	assert_int_equal(parts, total_of(f->ledger, KIND_CPU));
	for (char *at = wait; (at = strstr(at + 1, "data-depth=\"1\""));) {
		char *tag = at;

		while (strncmp(tag, "data-ns=", 8))
			tag--;
		first_row += ns_after(tag);
	}
	assert_int_equal(first_row, total_of(f->ledger, KIND_WAIT));
	free(svg);
}

/*
 * A frame is its parts and what paths of its own name have; a path's cells are all of the path. Frames
 * come parents first, and cells behind their path, ahead of who called it.
 */
#define DEEPEST (FLAME_NAMES + FLAME_CALLERS)

static void assert_nested(const struct fixture *f)
{
	char *svg = fixture__print(f, output_svg.total);
	uint64_t ns[DEEPEST] = {}, parts[DEEPEST] = {}, cells = 0;
	unsigned int depth = 0;

	for (char *at = svg; (at = strstr(at + 1, "<g class=\""));) {
		if (!strncmp(at, "<g class=\"cell\"", 15)) {
			cells += ns_after(at);
			assert_true(cells <= ns[depth]);
		} else if (!strncmp(at, "<g class=\"frame\"", 16)) {
			assert_true(!cells || cells == ns[depth]);
			depth = atoi(strstr(at, "data-depth=\"") + strlen("data-depth=\""));
			assert_in_range(depth, 0, DEEPEST - 1);
			ns[depth] = ns_after(at);
			parts[depth] = cells = 0;
			if (!depth)
				continue;
			parts[depth - 1] += ns[depth];
			assert_true(parts[depth - 1] <= ns[depth - 1]);
		}
	}
	assert_true(!cells || cells == ns[depth]);
	free(svg);
}

static void assert_sums(const struct fixture *f)
{
	assert_columns(f->ledger);
	assert_folded(f);
	assert_svg(f);
	assert_nested(f);
}

static void fixtures_add_up(void **state)
{
	struct fixture *(*const make[])(void) = { fixture__pvhvm, fixture__hostile,
						  fixture__empty };

	(void)state;
	for (size_t i = 0; i < sizeof(make) / sizeof(make[0]); i++) {
		struct fixture *f = make[i]();

		assert_sums(f);
		fixture__free(f);
	}
}

static void anything_adds_up(void **state)
{
	size_t excess = 0, stacked = 0, waits = 0;

	(void)state;
	for (unsigned int seed = 0; seed < RUNS; seed++) {
		struct fixture *f = fixture__random(seed);

		assert_sums(f);
		excess += f->ledger->cpu.excess_ns > 0;
		for (size_t i = 0; i < f->ledger->nr_waits; i++)
			stacked += f->ledger->waits[i].stacked;
		waits += f->ledger->nr_waits;
		fixture__free(f);
	}
	/* The runs were worth trying. */
	assert_in_range(excess, RUNS / 10, RUNS * 9 / 10);
	assert_true(stacked > 10 && waits > 10 * stacked / 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixtures_add_up),
		cmocka_unit_test(anything_adds_up),
	};

	return cmocka_run_group_tests_name("sums", tests, NULL, NULL);
}
