// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The drawing: sums, geometry, escaping. A picture is looked at; its figures are tested. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "golden.h"
#include "output/flame.h"

struct sums {
	uint64_t drawn;	   /* what the graph says it is */
	uint64_t depth[8]; /* of the frames of a depth */
	uint64_t cells;
	uint64_t parts; /* of the strip */
	size_t nr_cells;
};

static uint64_t ns_of(const char *tag)
{
	const char *attribute = strstr(tag, "data-ns=\"");

	assert_non_null(attribute);
	return strtoull(attribute + strlen("data-ns=\""), NULL, 10);
}

static struct sums sum_graph(const char *svg, const char *id)
{
	struct sums sums = {};
	const char *at, *end;
	char open[32];

	snprintf(open, sizeof(open), "<g id=\"%s\"", id);
	at = strstr(svg, open);
	assert_non_null(at);
	end = strstr(at, "\n</g>\n");
	assert_non_null(end);
	sums.drawn = ns_of(at);
	while ((at = strstr(at + 1, "<g class=")) && at < end) {
		if (!strncmp(at, "<g class=\"part\"", 15)) {
			sums.parts += ns_of(at);
		} else if (!strncmp(at, "<g class=\"cell\"", 15)) {
			sums.cells += ns_of(at);
			sums.nr_cells++;
		} else {
			int depth = atoi(strstr(at, "data-depth=\"") + 12);

			assert_in_range(depth, 0, 7);
			sums.depth[depth] += ns_of(at);
		}
	}
	return sums;
}

static uint64_t sum_of_paths(const struct fixture *f, enum kind kind)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		const struct path *path = &f->snap.paths[i];

		if (path->key.kind == kind && ledger__adds_up(f->ledger, path))
			sum += path_key__ns(&path->key, &path->hist);
	}
	return sum;
}

static unsigned int count_cells(const struct fixture *f)
{
	char *svg = fixture__print(f, output_svg.total);
	unsigned int nr = 0;

	for (const char *at = svg; (at = strstr(at, "class=\"cell\"")); at++)
		nr++;
	free(svg);
	return nr;
}

/* Of some of its events a path has no time, and others' is in its buckets: it has its cells still. */
static void paths_that_are_timed_in_part_have_cells(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const unsigned int cells = count_cells(f);
	char *svg;

	(void)state;
	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		struct hist *h = &f->snap.paths[i].hist;

		if (f->snap.paths[i].key.kind != KIND_CPU)
			continue;
		h->owed = hist__total_ns(h) / 1000 + 1;
		h->pending = 1;
	}
	fixture__close(f);
	assert_true(cells > 20);
	assert_int_equal(count_cells(f), cells);
	svg = fixture__print(f, output_svg.total);
	assert_int_equal(sum_graph(svg, "cpu").cells, sum_of_paths(f, KIND_CPU));
	free(svg);
	fixture__free(f);
}

static void sums_are_exact(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *svg = fixture__print(f, output_svg.total);
	struct sums cpu = sum_graph(svg, "cpu"), wait = sum_graph(svg, "wait");

	(void)state;
	assert_int_equal(cpu.drawn + f->ledger->cpu.idle_ns + f->ledger->cpu.guest_rest_ns,
			 f->ledger->cpu.total_ns);
	assert_int_equal(cpu.parts, f->ledger->cpu.total_ns);
	assert_int_equal(cpu.depth[0], cpu.drawn);
	assert_int_equal(cpu.depth[1], cpu.drawn);
	assert_int_equal(cpu.cells, sum_of_paths(f, KIND_CPU));
	assert_int_equal(wait.drawn, sum_of_paths(f, KIND_WAIT));
	assert_int_equal(wait.depth[1], wait.drawn);
	assert_int_equal(wait.depth[5], wait.drawn);
	assert_int_equal(wait.cells, wait.drawn);
	/* Buckets are merged until they can be seen, but not into one. */
	assert_in_range(wait.nr_cells, 20, 300);
	free(svg);
	fixture__free(f);
}

/* Every rectangle lies within the drawing. */
static void nothing_is_drawn_outside(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *svg = fixture__print(f, output_svg.total);
	double height = atof(strstr(svg, "height=\"") + 8);

	(void)state;
	for (const char *at = svg; (at = strstr(at, "<rect x=\"")); at++) {
		double x = atof(at + 9), y = atof(strstr(at, "y=\"") + 3);

		assert_true(x >= 20 && x + atof(strstr(at, "width=\"") + 7) <= 1221);
		assert_true(y >= 0 && y + atof(strstr(at, "height=\"") + 8) <= height);
	}
	free(svg);
	fixture__free(f);
}

/* A checker for the little XML that is written here: tags nest, entities are known. */
static void assert_well_formed(const char *svg)
{
	const char *stack[32];
	size_t depth = 0;

	for (const char *c = svg; *c; c++) {
		size_t len;

		assert_true(*c == '\n' || *c >= ' ' || *c < 0);
		if (*c == '&')
			assert_true(!strncmp(c, "&amp;", 5) || !strncmp(c, "&lt;", 4) ||
				    !strncmp(c, "&gt;", 4) || !strncmp(c, "&quot;", 6) ||
				    !strncmp(c, "&#39;", 5));
		if (*c != '<')
			continue;
		if (c[1] == '?')
			continue;
		len = strcspn(c + 1, " >\n/");
		if (c[1] == '/') {
			assert_true(depth > 0);
			len = strcspn(c + 2, ">");
			assert_memory_equal(stack[--depth], c + 2, len);
			continue;
		}
		assert_true(c[1] >= 'a' && c[1] <= 'z');
		assert_true(depth < 32);
		stack[depth++] = c + 1;
		c = strchr(c, '>');
		assert_non_null(c);
		if (c[-1] == '/')
			depth--;
		(void)len;
	}
	assert_int_equal(depth, 0);
}

static void strip_holds_what_exceeds_the_whole(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *svg;

	(void)state;
	f->snap.cpu.idle_ns += 10000000000;
	fixture__close(f);
	svg = fixture__print(f, output_svg.total);
	assert_true(f->ledger->cpu.excess_ns > 0);
	assert_int_equal(sum_graph(svg, "cpu").parts,
			 f->ledger->cpu.total_ns + f->ledger->cpu.excess_ns);
	free(svg);
	fixture__free(f);
}

static void hostile_names_are_escaped(void **state)
{
	struct fixture *f = fixture__hostile();
	char *svg = fixture__print(f, output_svg.total);

	(void)state;
	assert_null(strstr(svg, "<script"));
	assert_well_formed(svg);
	free(svg);
	fixture__free(f);
}

static void nothing_measured_is_said(void **state)
{
	struct fixture *f = fixture__empty();
	char *svg = fixture__print(f, output_svg.total);

	(void)state;
	assert_non_null(strstr(svg, "nothing was measured"));
	assert_null(strstr(svg, "nan"));
	assert_null(strstr(svg, "inf"));
	assert_well_formed(svg);
	free(svg);
	fixture__free(f);
}

static void incomplete_is_said(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *svg = fixture__print(f, output_svg.total);

	(void)state;
	assert_null(strstr(svg, "INCOMPLETE"));
	free(svg);
	f->snap.losses[0].count = 50000;
	fixture__close(f);
	svg = fixture__print(f, output_svg.total);
	assert_non_null(strstr(svg, "INCOMPLETE"));
	free(svg);
	fixture__free(f);
}

/* Slower is darker, in each hue, over the whole scale; beyond its ends nothing changes. */
static void shade_is_latency(void **state)
{
	(void)state;
	for (enum mech mech = 0; mech < MECH_NR; mech++) {
		int last = 255 * 1000 + 1;

		for (uint64_t ns = PALETTE_FAST_NS; ns <= PALETTE_SLOW_NS; ns += ns / 8) {
			struct color c = palette__cell(mech, ns);
			int light = 299 * c.red + 587 * c.green + 114 * c.blue;

			assert_true(light < last);
			last = light;
		}
		assert_int_equal(palette__cell(mech, 1).red,
				 palette__cell(mech, PALETTE_FAST_NS).red);
		assert_int_equal(palette__cell(mech, UINT64_MAX).red,
				 palette__cell(mech, PALETTE_SLOW_NS).red);
	}
}

static void drawing_is_as_it_was(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *svg = fixture__print(f, output_svg.total);

	(void)state;
	assert_well_formed(svg);
	golden__check("pvhvm.svg", svg);
	free(svg);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_exact),
		cmocka_unit_test(paths_that_are_timed_in_part_have_cells),
		cmocka_unit_test(nothing_is_drawn_outside),
		cmocka_unit_test(strip_holds_what_exceeds_the_whole),
		cmocka_unit_test(hostile_names_are_escaped),
		cmocka_unit_test(nothing_measured_is_said),
		cmocka_unit_test(incomplete_is_said),
		cmocka_unit_test(shade_is_latency),
		cmocka_unit_test(drawing_is_as_it_was),
	};

	return cmocka_run_group_tests_name("svg", tests, NULL, NULL);
}
