// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The text report: what it says, that it fits, and the short figures it is made of. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "golden.h"
#include "model/units.h"
#include "output/escape.h"
#include "output/text.h"

static void assert_fits(const char *text)
{
	size_t column = 0;

	for (const char *c = text; *c; c++) {
		if (*c == '\n') {
			if (column && c[-1] == ' ')
				fail_msg("ends in a space: %.*s", (int)column, c - column);
			column = 0;
			continue;
		}
		if (*c < ' ' || *c > '~')
			fail_msg("not printable: %d", *c);
		if (++column > 100)
			fail_msg("too wide: %.110s", c - 100);
	}
}

static void say_in_two(const struct text_page *page, const void *what)
{
	text__say(page, 4, "%s", (const char *)what);
}

/* Two spaces are between sentences, wherever the line ends. */
static void no_line_ends_in_a_space(void **state)
{
	const char *what = "one two three four five;  six";

	(void)state;
	for (unsigned int width = 20; width < 40; width++) {
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);

		assert_non_null(out);
		assert_int_equal(text__print(out, width, say_in_two, what), 0);
		fclose(out);
		assert_fits(text);
		free(text);
	}
}

static void report_is_as_it_was(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text = fixture__print(f, output_text.total);

	(void)state;
	assert_fits(text);
	golden__check("pvhvm.txt", text);
	free(text);
	fixture__free(f);
}

static void what_is_timed_in_part_is_said(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	for (size_t i = 0; i < f->snap.nr_paths; i++)
		if (f->snap.paths[i].key.area == AREA_HYPERCALL)
			f->snap.paths[i].hist.extra = hist__count(&f->snap.paths[i].hist) / 4 * 3;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_fits(text);
	assert_non_null(strstr(text, "184,611      1,389  1 of 4.0 followed"));
	free(text);
	fixture__free(f);
}

static void verbose_shows_more(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	f->report.verbose = true;
	text = fixture__print(f, output_text.total);
	assert_fits(text);
	assert_non_null(strstr(text, "block 0.30"));
	assert_non_null(strstr(text, "Note: 3 preexisting"));
	assert_non_null(strstr(text, "Not visible as hypercalls: sched_op block; "));
	assert_null(strstr(text, "iret"));
	free(text);
	fixture__free(f);
}

static char *print_vcpus(struct fixture *f)
{
	f->report.per_vcpu = true;
	return fixture__print(f, output_text.interval);
}

static void vcpus_are_shown_apart(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text = print_vcpus(f);

	(void)state;
	assert_fits(text);
	golden__check("pvhvm-vcpus.txt", text);
	free(text);

	f->snap.cpu.has_runstate = f->snap.cpu.steal_measured = false;
	for (size_t i = 0; i < f->snap.nr_vcpus; i++)
		f->snap.vcpus[i].has_runstate = false;
	fixture__close(f);
	text = print_vcpus(f);
	assert_fits(text);
	assert_non_null(strstr(text, "No runstate here"));
	assert_non_null(strstr(text, "not measurable"));
	assert_null(strstr(text, "host contention"));
	free(text);
	fixture__free(f);
}

static void vcpus_that_jump_or_go_are_said(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	f->snap.vcpus[1].went = f->snap.vcpus[1].came = 1;
	f->snap.vcpus[1].unmeasured_ns = 840000000;
	f->snap.vcpus[2].jumps = 12;
	text = fixture__print(f, output_text.total);
	assert_fits(text);
	assert_non_null(strstr(text, "Note: vCPU 1: plugged 1 x, unplugged 1 x, 0.840 s"));
	assert_non_null(strstr(text, "Note: vCPU 2: its times jumped 12 x, 0.000 s of it"));
	free(text);
	fixture__free(f);
}

static void interval_has_its_stamp(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	f->report.interval_no = 3;
	f->report.timestamps = true;
	text = fixture__print(f, output_text.interval);
	assert_fits(text);
	assert_int_equal(strncmp(text, "-- 3  09:14:02Z + 10.0 s ---", 28), 0);
	assert_non_null(strstr(text, "\nCPU "));
	assert_non_null(strstr(text, "\nWAIT "));
	free(text);
	fixture__free(f);
}

static void nothing_measured_is_said(void **state)
{
	struct fixture *f = fixture__empty();
	char *text = fixture__print(f, output_text.total);

	(void)state;
	assert_fits(text);
	assert_non_null(strstr(text, "no request was seen"));
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	golden__check("empty.txt", text);
	free(text);
	fixture__free(f);
}

static void steal_that_nobody_measures_is_not_zero(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	f->snap.cpu.steal_measured = f->snap.cpu.has_runstate = false;
	f->snap.cpu.stolen_ns = f->snap.cpu.offline_ns = 0;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_fits(text);
	assert_non_null(strstr(text, "  not measurable  "));
	assert_null(strstr(text, "/proc/stat"));
	free(text);
	fixture__free(f);
}

static void overlap_says_what_it_knows(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "stolen in 1.9 %, held off in 3.7 % (known of 94 %)"));
	assert_null(strstr(text, "not measurable"));
	free(text);
	for (size_t i = 0; i < f->snap.nr_paths; i++)
		f->snap.paths[i].hist.known = f->snap.paths[i].hist.known_ns = 0;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "none ended on its vCPU"));
	free(text);
	f->snap.cpu.has_runstate = false;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_fits(text);
	assert_null(strstr(text, "stolen in"));
	assert_non_null(strstr(text, "stolen is not measurable: no runstate"));
	free(text);
	fixture__free(f);
}

static void slower_shows_them_all(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	f->report.slower_ns = 1000000;
	text = fixture__print(f, output_text.total);
	assert_fits(text);
	assert_null(strstr(text, "Slowest:"));
	assert_non_null(strstr(text, "SLOWER than 1.00ms: the 3 slowest\n"
				     " sda read 41.2m 09:14:08.113Z postgres[812] vCPU2 = queue"));
	assert_non_null(strstr(text, " xvdb write 8.26m 09:14:04.000Z ?[911] vCPU0 = queue 7.00u"));
	assert_non_null(strstr(text, "0, held off 130u\n"));
	assert_non_null(strstr(text, "stolen unknown"));
	assert_non_null(strstr(text, "\n xvdb sync 5.00m 09:14:03.000Z = backend 5.00m;"));
	free(text);
	text = fixture__print(f, output_text.interval);
	assert_non_null(strstr(text, "SLOWER than 1.00ms: the 3 slowest\n"));
	free(text);
	f->snap.nr_slow = 0;
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "SLOWER than 1.00ms: none\n"));
	free(text);
	fixture__free(f);
}

static void steal_without_runstate_is_proc_stats(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	f->snap.cpu.has_runstate = false;
	f->snap.cpu.offline_ns = 0;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "as /proc/stat counts it"));
	assert_null(strstr(text, "host contention"));
	free(text);
	fixture__free(f);
}

static void incomplete_is_in_the_first_lines(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const char *first;
	char *text;

	(void)state;
	f->snap.losses[0].count = 50000;
	f->snap.cpu.idle_ns += 10000000000;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_fits(text);
	first = strstr(text, "data INCOMPLETE (lost 50,000)");
	assert_non_null(first);
	assert_true(first < strstr(text, "\n\n"));
	assert_non_null(strstr(text, "Lost: 50,000 no-slot: "));
	assert_non_null(strstr(text, "CPU columns"));
	free(text);
	fixture__free(f);
}

static struct loss *loss_named(struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->snap.nr_losses; i++)
		if (!strcmp(f->snap.losses[i].name, name))
			return &f->snap.losses[i];
	fail_msg("no loss %s", name);
	return NULL;
}

static void skipped_programs_are_named(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	loss_named(f, "skipped")->count = 50000;
	f->snap.probes[0].skipped = 49999;
	f->snap.probes[1].skipped = 1;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_fits(text);
	assert_non_null(strstr(text, "data INCOMPLETE (lost 50,000)"));
	assert_non_null(strstr(text, "Lost: 50,000 skipped: "));
	assert_non_null(strstr(text, "\nSkipped: "));
	assert_non_null(strstr(text, f->snap.probes[0].name));
	free(text);
	fixture__free(f);
}

static void beside_what_is_lost_stands_the_kernels_count(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	f->snap.io.kernel = f->snap.io.started;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_null(strstr(text, "kernel counted"));
	free(text);
	f->snap.io.completed -= 40;
	f->snap.io.lost += 40;
	loss_named(f, "overwritten")->count = 40;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "lost;"));
	assert_non_null(strstr(text, "kernel counted"));
	free(text);
	fixture__free(f);
}

static void legs_that_miss_time_are_shown(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	for (size_t i = 0; i < f->snap.nr_paths; i++)
		if (!strcmp(f->snap.paths[i].key.leg, "device"))
			f->snap.paths[i].key.kind = KIND_CPU;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "in no leg 94.3 %"));
	free(text);
	fixture__free(f);
}

static void hostile_names_stay_names(void **state)
{
	struct fixture *f = fixture__hostile();
	char *text = fixture__print(f, output_text.total);

	(void)state;
	assert_fits(text);
	free(text);
	f->report.verbose = true;
	text = fixture__print(f, output_text.total);
	assert_fits(text);
	free(text);
	fixture__free(f);
}

/* An MSR's accesses are counted and not timed: nobody knows their time, least of all that it is 0. */
static void counts_have_no_time(void **state)
{
	static const char *const legs[] = { "read_msr", "write_msr" };
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct hist *h = fixture__path(f, KIND_CPU, AREA_CPU, MECH_UNATTRIBUTED, "MSR",
					       legs[i], "count");

		for (int n = 0; n < 1000 + 5 * i; n++)
			hist__add(h, 0);
	}
	fixture__close(f);
	f->report.verbose = true;
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text,
			       "   cpu MSR                      -     -      2,005          -  "
			       "write_msr 1,005  read_msr 1,000\n"));
	free(text);
	fixture__free(f);
}

static void fill(struct hist *h)
{
	struct hist_bucket *bucket = hist__use(h, 300);

	bucket->count = 1ULL << 40;
	bucket->ns = 1ULL << 58;
}

/* A fleet's worth of devices, counts and times at the limits of their types. */
static void large_figures_fit(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char name[48], *text;

	(void)state;
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "nvme-very-long-name-%dn1", i);
		fill(fixture__path(f, KIND_WAIT, AREA_DISK, MECH_PV, name, "discard", "total"));
		fill(fixture__path(f, KIND_CPU, AREA_DISK, MECH_PV, name, "", "submit"));
	}
	f->snap.cpu.total_ns = UINT64_MAX / 2;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_fits(text);
	assert_non_null(strstr(text, "more: -v"));
	free(text);
	fixture__free(f);
}

static void a_full_disk_is_an_error(void **state)
{
	struct fixture *f = fixture__pvhvm();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	for (unsigned int i = 0; output__at(i); i++) {
		const struct output *output = output__at(i);

		f->report.state = output->open ? output->open() : NULL;
		assert_int_equal(output->total(full, &f->report), -ENOSPC);
		if (output->close)
			output->close(f->report.state);
	}
	fclose(full);
	fixture__free(f);
}

static void formats_by_name_and_file(void **state)
{
	(void)state;
	assert_ptr_equal(output__find("text"), &output_text);
	assert_ptr_equal(output__find("svg"), &output_svg);
	assert_ptr_equal(output__find("html"), &output_html);
	assert_null(output__find("pdf"));
	assert_null(output__find(""));
	assert_ptr_equal(output__for_file("a/b.c/report.json"), &output_json);
	assert_ptr_equal(output__for_file("x.folded"), &output_folded);
	assert_ptr_equal(output__for_file("x.xtr"), &output_recording);
	assert_null(output__for_file("a.json/report"));
	assert_null(output__for_file("report"));
	assert_null(output__for_file(""));
	assert_ptr_equal(output__for_file("x.html"), &output_html);
	assert_null(output__for_file("x.pdf"));
}

#define assert_ns(ns, expected)	  assert_string_equal(units__ns(buf, ns), expected)
#define assert_count(n, expected) assert_string_equal(units__count(buf, n), expected)
#define assert_bytes(n, expected) assert_string_equal(units__bytes(buf, n), expected)

static void figures_are_short(void **state)
{
	char buf[UNITS_LEN];

	(void)state;
	assert_ns(0, "0");
	assert_ns(-5, "0");
	assert_ns(NAN, "0");
	assert_ns(0.25, "0.25n");
	assert_ns(7, "7n");
	assert_ns(999, "999n");
	assert_ns(999.6, "1.00u");
	assert_ns(9994, "9.99u");
	assert_ns(9996, "10.0u");
	assert_ns(561234, "561u");
	assert_ns(3620000, "3.62m");
	assert_ns(999999999, "1.00s");
	assert_ns(3600e9, "3600s");
	assert_count(0, "0");
	assert_count(999, "999");
	assert_count(1000, "1,000");
	assert_count(99999999, "99,999,999");
	assert_count(123456789, "123.5M");
	assert_count(1.8446744073709552e19, "18.4E");
	assert_bytes(512, "512 B");
	assert_bytes(9800000, "9.8 MB");
	assert_bytes(999999, "1.0 MB");
	assert_string_equal(units__ratio(buf, 0.239), "0.24");
	assert_string_equal(units__ratio(buf, 8.04), "8.0");
	assert_string_equal(units__ratio(buf, 312.4), "312");
}

static void escapes(void **state)
{
	char buf[64], tiny[8];

	(void)state;
	assert_string_equal(escape__ascii(buf, sizeof(buf), "a\x1b[1m\xc3\xa9"), "a?[1m??");
	assert_string_equal(escape__frame(buf, sizeof(buf), "a;b c"), "a:b c");
	assert_string_equal(escape__xml(buf, sizeof(buf), "<a&\"'>\x01\xc3\xa9\xff"),
			    "&lt;a&amp;&quot;&#39;&gt;?\xc3\xa9\xef\xbf\xbd");
	assert_string_equal(escape__utf8(buf, sizeof(buf), "\xed\xa0\x80"),
			    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(escape__utf8(buf, sizeof(buf), "\xc0\x80\xf0\x9f\x98\x80\xe2\x82"),
			    "\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd");
	/* Cut off, but never inside of an entity. */
	assert_string_equal(escape__xml(tiny, sizeof(tiny), "<<<"), "&lt;");
	assert_string_equal(escape__ascii(tiny, sizeof(tiny), "0123456789"), "0123456");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_line_ends_in_a_space),
		cmocka_unit_test(report_is_as_it_was),
		cmocka_unit_test(what_is_timed_in_part_is_said),
		cmocka_unit_test(verbose_shows_more),
		cmocka_unit_test(vcpus_are_shown_apart),
		cmocka_unit_test(vcpus_that_jump_or_go_are_said),
		cmocka_unit_test(interval_has_its_stamp),
		cmocka_unit_test(nothing_measured_is_said),
		cmocka_unit_test(steal_that_nobody_measures_is_not_zero),
		cmocka_unit_test(overlap_says_what_it_knows),
		cmocka_unit_test(slower_shows_them_all),
		cmocka_unit_test(steal_without_runstate_is_proc_stats),
		cmocka_unit_test(incomplete_is_in_the_first_lines),
		cmocka_unit_test(skipped_programs_are_named),
		cmocka_unit_test(beside_what_is_lost_stands_the_kernels_count),
		cmocka_unit_test(legs_that_miss_time_are_shown),
		cmocka_unit_test(hostile_names_stay_names),
		cmocka_unit_test(counts_have_no_time),
		cmocka_unit_test(large_figures_fit),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(formats_by_name_and_file),
		cmocka_unit_test(figures_are_short),
		cmocka_unit_test(escapes),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
