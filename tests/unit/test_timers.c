// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A timer's lateness is a wait without legs, and no request: in the books and in each output. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

static void add(struct hist *h, uint64_t ns, uint64_t count)
{
	struct hist_bucket *bucket = hist__use(h, hist__index(ns));

	bucket->count += count;
	bucket->ns += ns * count;
	if (ns > h->max)
		h->max = ns;
}

/* 9,000 timers of the Xen device, far more than there are requests. */
static struct fixture *with_timers(struct fixture *f)
{
	struct hist *h =
		fixture__path(f, KIND_WAIT, AREA_TIMER, MECH_PV, "xen", "hrtimer", "lateness");

	add(h, 0, 1000);
	add(h, 20000, 7990);
	add(h, 5000000, 10);
	fixture__close(f);
	return f;
}

static const struct wait_row *timers(const struct fixture *f)
{
	for (size_t i = 0; i < f->ledger->nr_waits; i++)
		if (f->ledger->waits[i].area == AREA_TIMER)
			return &f->ledger->waits[i];
	fail();
	return NULL;
}

static void it_is_measured_whole(void **state)
{
	struct fixture *f = with_timers(fixture__pvhvm());
	const struct wait_row *row = timers(f);

	(void)state;
	assert_true(row->measured);
	assert_int_equal(row->nr_legs, 0);
	assert_int_equal(row->count, 9000);
	assert_int_equal(row->waited_ns, 7990ull * 20000 + 10ull * 5000000);
	assert_int_equal(row->max_ns, 5000000);
	assert_int_equal(row->mech, MECH_PV);
	/* nobody knows what its vCPU went through, and so nobody says it was not stolen */
	assert_false(row->overlap_measured);
	assert_true(ledger__adds_up(f->ledger, &f->snap.paths[f->snap.nr_paths - 1]));
	fixture__free(f);
}

static void text_says_what_it_is_and_compares_requests(void **state)
{
	struct fixture *f = with_timers(fixture__pvhvm());
	char *text = fixture__print(f, output_text.total), *latency;

	(void)state;
	assert_non_null(strstr(text, "\n xen  hrtimer P "));
	assert_non_null(strstr(text, "   late after the hard expiry"));
	latency = strstr(text, "\n latency ");
	assert_non_null(latency);
	*strchr(latency + 1, '\n') = '\0';
	assert_non_null(strstr(latency, "sda read"));
	assert_non_null(strstr(latency, "xvdb read"));
	free(text);
	fixture__free(f);
}

/* Where there was nothing else, timers are what there is to see; the longest name keeps columns. */
static void alone_they_have_the_histogram(void **state)
{
	struct fixture *f = fixture__empty();
	char *text, *row, *head;

	(void)state;
	add(fixture__path(f, KIND_WAIT, AREA_TIMER, MECH_EMULATED, "lapic-deadline", "hrtimer",
			  "lateness"),
	    20000, 12345);
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	row = strstr(text, "\n lapic-deadline hrtimer VS");
	head = strstr(text, "     count      IOPS");
	assert_non_null(row);
	assert_non_null(head);
	/* the figures end below their titles */
	while (head[-1] != '\n')
		head--;
	assert_int_equal(strstr(row, "12,345") + 6 - (row + 1), strstr(head, "count") + 5 - head);
	free(text);
	fixture__free(f);
}

static void openmetrics_has_a_family_of_its_own(void **state)
{
	struct fixture *f = with_timers(fixture__pvhvm());
	char *text = fixture__print(f, output_openmetrics.total), *requests, *legs;

	(void)state;
	assert_non_null(strstr(text, "xentrace_timer_lateness_seconds_count{mechanism=\"pv\","
				     "area=\"timers\",device=\"xen\",op=\"hrtimer\"} 9000\n"));
	requests = strstr(text, "xentrace_request_seconds_count");
	legs = strstr(text, "xentrace_leg_seconds_count");
	assert_non_null(requests);
	assert_non_null(legs);
	while (requests) {
		assert_null(memmem(requests, strcspn(requests, "\n"), "timers", 6));
		requests = strstr(requests + 1, "xentrace_request_seconds_count");
	}
	while (legs) {
		assert_null(memmem(legs, strcspn(legs, "\n"), "timers", 6));
		legs = strstr(legs + 1, "xentrace_leg_seconds_count");
	}
	free(text);
	fixture__free(f);
}

static void clock_and_its_price_are_said(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	strcpy(f->platform.clocksource, "hpet");
	f->snap.cost.clock_read_ns = 4300;
	f->snap.cost.clock_gettime_ns = 5010;
	f->snap.cost.vdso_known = true;
	add(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_GUEST, "hpet", "clock_gettime", "count"), 0,
	    1200);
	add(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_GUEST, "hpet", "gettimeofday", "count"), 0,
	    34);
	fixture__close(f);
	assert_int_equal(snapshot__clock_calls(&f->snap), 1234);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "\nClock: hpet, 4.30us a read by BPF, 5.01us by "
				     "clock_gettime(), a system call; 1,234 clock "));
	assert_non_null(strstr(text, "every probe pays it: "));
	assert_non_null(strstr(text, "5.01us a clock_gettime(), a system call: the vDSO cannot"));
	assert_non_null(strstr(text, "cannot read it; 1,234 clock system calls"));
	free(text);
	f->snap.cost.at_first = 128;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "at first 1 of 128 was followed"));
	free(text);
	f->snap.cost.at_first = 1;
	f->snap.cost.in_vdso = true;
	strcpy(f->platform.clocksource, "tsc");
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "5.01us by clock_gettime() in the vDSO"));
	assert_null(strstr(text, "expensive-clock"));
	free(text);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_measured_whole),
		cmocka_unit_test(text_says_what_it_is_and_compares_requests),
		cmocka_unit_test(alone_they_have_the_histogram),
		cmocka_unit_test(clock_and_its_price_are_said),
		cmocka_unit_test(openmetrics_has_a_family_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
