// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Recordings: to the byte what the live run gave. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recordings.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void assert_report_is_live(struct fixture *f, unsigned int intervals, const char *what)
{
	struct blob recording = recordings__live(f, intervals, false, &output_recording);
	const struct output *output;
	char damage[160];

	for (unsigned int i = 0; (output = output__at(i)); i++) {
		struct blob live = recordings__live(f, intervals, false, output), report;
		char name[64];

		snprintf(name, sizeof(name), "%s, %s", what, output->name);
		assert_int_equal(recordings__report(recording.data, recording.size, output, &report,
						    damage),
				 0);
		assert_string_equal(damage, "");
		assert_true(live.size > 0 || !f->snap.nr_paths);
		recordings__assert_same(&live, &report, name);
		free(live.data);
		free(report.data);
	}
	free(recording.data);
}

static void report_is_the_live_one(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_report_is_live(f, 3, "pvhvm");
	assert_report_is_live(f, 0, "without intervals");
	f->report.timestamps = f->report.verbose = f->report.per_vcpu = true;
	f->report.slower_ns = 1;
	assert_report_is_live(f, 2, "with all options");
	f->report.platform = NULL;
	assert_report_is_live(f, 1, "without platform");
	fixture__free(f);
	f = fixture__hostile();
	assert_report_is_live(f, 2, "hostile");
	fixture__free(f);
	f = fixture__empty();
	assert_report_is_live(f, 1, "empty");
	fixture__free(f);
}

/* Killed before its total: the intervals make it. */
static void intervals_make_the_total(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob killed, live, text;
	const struct output *const outputs[] = { &output_text, &output_folded, &output_svg,
						 &output_json };
	char damage[160];

	(void)state;
	f->report.per_vcpu = f->report.verbose = true;
	f->report.slower_ns = 1;
	killed = recordings__live(f, 4, true, &output_recording);
	for (size_t i = 0; i < NR(outputs); i++) {
		live = recordings__live(f, 4, false, outputs[i]);
		assert_int_equal(
			recordings__report(killed.data, killed.size, outputs[i], &text, damage), 0);
		assert_non_null(strstr(damage, "has no end, after 4 intervals"));
		recordings__assert_same(&live, &text, outputs[i]->name);
		free(live.data);
		free(text.data);
	}
	free(killed.data);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_is_the_live_one),
		cmocka_unit_test(intervals_make_the_total),
	};

	return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}
