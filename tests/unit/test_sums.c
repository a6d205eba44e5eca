// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every flame graph is the ledger's account, to the nanosecond: folded, svg and html, of the
 * fixture and of whatever a run may hold.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture.h"
#include "output/html_parts.h"

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

/* A frame is its kids and what paths of its own name have; a leaf's cells are all of the leaf. */
static uint64_t sum_frame(json_t *frame, json_t *paths)
{
	json_t *kids = json_object_get(frame, "kids"), *path = json_object_get(frame, "path"), *kid;
	uint64_t ns = json_integer_value(json_object_get(frame, "ns")), inside = 0;
	size_t i;

	json_array_foreach(kids, i, kid) inside += sum_frame(kid, paths);
	assert_true(inside <= ns);
	if (path) {
		json_t *buckets =
			json_object_get(json_array_get(paths, json_integer_value(path)), "buckets");

		inside = 0;
		for (i = 2; i < json_array_size(buckets); i += 3)
			inside += json_integer_value(json_array_get(buckets, i));
		assert_int_equal(inside, ns);
	}
	return ns;
}

static void assert_html(const struct fixture *f)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *data, *trees;

	assert_int_equal(html__data(&f->report, out, NULL, 1 << 30), 0);
	fclose(out);
	data = json_loadb(text, size, 0, NULL);
	trees = json_object_get(data, "trees");
	for (enum kind kind = 0; kind < KIND_NR; kind++)
		assert_int_equal(sum_frame(json_array_get(trees, kind),
					   json_object_get(data, "paths")),
				 total_of(f->ledger, kind));
	json_decref(data);
	free(text);
}

static void assert_sums(const struct fixture *f)
{
	assert_columns(f->ledger);
	assert_folded(f);
	assert_svg(f);
	assert_html(f);
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
