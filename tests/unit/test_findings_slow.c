// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who makes requests slow: each cause, both sides of its threshold, and its neighbours silent. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "answers.h"

#define MS 1000000ull

/* All of xvdb's reads: 1,000 of them, each leg as long as that; its writes are none. */
static struct hist *reads(struct fixture *f, uint64_t queue, uint64_t backend, uint64_t finish)
{
	static const char *const legs[] = { "queue",   "ring full", "submit", "backend",
					    "handler", "finish",    "total" };
	const uint64_t ns[] = { queue, 0, 0, backend, 0, finish, queue + backend + finish };
	struct hist *whole;

	for (size_t i = 0; i < sizeof(legs) / sizeof(legs[0]); i++) {
		answers__wait(f, MECH_PV, "xvdb", "read", legs[i], ns[i] ? 1000 : 0, ns[i]);
		answers__wait(f, MECH_PV, "xvdb", "write", legs[i], 0, 0);
	}
	f->snap.queues[1].most = 8;
	whole = answers__hist(f, KIND_WAIT, AREA_DISK, MECH_PV, "xvdb", "read", "total");
	whole->known = 1000;
	whole->known_ns = 1000 * (backend + finish);
	return whole;
}

static void a_slow_back_end_has_a_threshold(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	reads(f, MS, 11 * MS, MS);
	answers__only(f, "backend-slow", "xvdb");
	assert_non_null(strstr(answers__of(f, "backend-slow")->excluded[0], "queue 7.7 %"));
	assert_true(answers__of(f, "backend-slow")->cost_ns == 11000 * MS);
	reads(f, MS, 9 * MS, MS);
	answers__only(f, NULL, NULL);
	/* slow, but it does not dominate */
	reads(f, 0, 11 * MS, 12 * MS);
	answers__only(f, "guest-slow", "xvdb");
	fixture__free(f);
}

/* 32 places that are full all the time: each request waits for those before it. */
static void a_deep_queue_is_no_slow_back_end(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	reads(f, 0, 128 * MS, MS);
	f->snap.queues[1].most = 32;
	answers__only(f, NULL, NULL);
	reads(f, 0, 330 * MS, MS);
	f->snap.queues[1].most = 32;
	answers__only(f, "backend-slow", "xvdb");
	fixture__free(f);
}

/* What comes back while the vCPU is kept from running is not the back end's. */
static void a_kept_vcpu_is_no_slow_back_end(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct hist *whole;

	(void)state;
	whole = reads(f, 0, 40 * MS, MS);
	whole->held = whole->known_ns / 10 * 9;
	answers__only(f, NULL, NULL);
	whole->held = 0;
	whole->stolen = whole->known_ns / 10 * 9;
	answers__only(f, NULL, NULL);
	whole->stolen = whole->known_ns / 10;
	answers__only(f, "backend-slow", "xvdb");
	/* and where nobody knows, it cannot be told */
	f->snap.cpu.has_runstate = f->snap.cpu.steal_measured = false;
	fixture__close(f);
	assert_int_equal(answers__of(f, "backend-slow")->verdict, FINDING_UNTESTABLE);
	fixture__free(f);
}

static void few_requests_prove_nothing(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	reads(f, 0, 20 * MS, 0);
	answers__only(f, "backend-slow", "xvdb");
	answers__wait(f, MECH_PV, "xvdb", "read", "backend", 99, 20 * MS);
	answers__wait(f, MECH_PV, "xvdb", "read", "total", 99, 20 * MS);
	answers__only(f, NULL, NULL);
	fixture__free(f);
}

static void a_slow_guest_has_a_threshold(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct hist *whole;

	(void)state;
	reads(f, 0, MS, 1900000);
	answers__only(f, NULL, NULL);
	whole = reads(f, 0, MS, 2200000);
	answers__only(f, "guest-slow", "xvdb");
	assert_non_null(strstr(answers__of(f, "guest-slow")->excluded[0], "31.2 % of the wait"));
	/* its code was ready to run */
	whole->stolen = whole->known_ns / 10 * 6;
	answers__only(f, NULL, NULL);
	fixture__free(f);
}

/* The same queue leg is the scheduler's, the guest's or the ring's. */
static void a_queue_has_three_masters(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct disk *disk = &f->platform.disks[1];

	(void)state;
	reads(f, 5 * MS, MS, 0);
	answers__only(f, NULL, NULL); /* which scheduler is not known */
	strcpy(disk->scheduler, "bfq");
	answers__only(f, "scheduler-queue", "xvdb");
	assert_non_null(strstr(answers__of(f, "scheduler-queue")->what, "scheduler bfq"));
	strcpy(disk->scheduler, "none");
	answers__only(f, "guest-slow", "xvdb");
	strcpy(disk->scheduler, "bfq");
	f->snap.queues[1].last = 900;
	f->snap.queues[1].last_waited_ns = 4500 * MS;
	answers__only(f, "ring-full", "xvdb");
	/* 1.9 ms are not worth a word */
	f->snap.queues[1].last_waited_ns = 0;
	reads(f, 1900000, MS, 0);
	answers__only(f, NULL, NULL);
	fixture__free(f);
}

/* The slowest requests, each of that long, and in how much of it their vCPU was kept, by whom. */
static void slowest(struct fixture *f, size_t nr, uint64_t ns, uint64_t stolen, uint64_t held)
{
	f->snap.slow = realloc(f->snap.slow, nr * sizeof(*f->snap.slow));
	assert_non_null(f->snap.slow);
	memset(f->snap.slow, 0, nr * sizeof(*f->snap.slow));
	f->snap.nr_slow = nr;
	for (size_t i = 0; i < nr; i++) {
		struct slow_request *slow = &f->snap.slow[i];

		strcpy(slow->device, "xvdb");
		strcpy(slow->op, "read");
		slow->start_ns = f->snap.start_ns;
		slow->total_ns = ns;
		slow->issued = slow->overlap_known = true;
		slow->stolen_ns = stolen;
		slow->held_ns = held;
	}
}

static void a_stolen_tail_is_told_from_others(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	slowest(f, 16, 50 * MS, 26 * MS, 2 * MS);
	answers__only(f, "stolen-tail", "");
	assert_non_null(strstr(answers__of(f, "stolen-tail")->figures[0], "52.0 %"));
	assert_non_null(strstr(answers__of(f, "stolen-tail")->excluded[0], "4.0 %"));
	assert_non_null(strstr(answers__of(f, "stolen-tail")->excluded[1], "at most 44.0 %"));
	slowest(f, 16, 50 * MS, 24 * MS, 2 * MS);
	answers__only(f, NULL, NULL);
	/* held by the device model; nothing but the guest's run queue; no tail; too few */
	slowest(f, 16, 50 * MS, 2 * MS, 45 * MS);
	answers__only(f, NULL, NULL);
	slowest(f, 16, 50 * MS, 0, 0);
	answers__only(f, NULL, NULL);
	slowest(f, 16, 2 * MS, 2 * MS, 0);
	answers__only(f, NULL, NULL);
	slowest(f, 4, 50 * MS, 49 * MS, 0);
	answers__only(f, NULL, NULL);
	fixture__free(f);
}

static void a_tail_of_unknown_vcpus_is_not_testable(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	slowest(f, 16, 50 * MS, 49 * MS, 0);
	for (size_t i = 4; i < 16; i++)
		f->snap.slow[i].overlap_known = false;
	fixture__close(f);
	assert_int_equal(answers__of(f, "stolen-tail")->verdict, FINDING_UNTESTABLE);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_back_end_has_a_threshold),
		cmocka_unit_test(a_deep_queue_is_no_slow_back_end),
		cmocka_unit_test(a_kept_vcpu_is_no_slow_back_end),
		cmocka_unit_test(few_requests_prove_nothing),
		cmocka_unit_test(a_slow_guest_has_a_threshold),
		cmocka_unit_test(a_queue_has_three_masters),
		cmocka_unit_test(a_stolen_tail_is_told_from_others),
		cmocka_unit_test(a_tail_of_unknown_vcpus_is_not_testable),
	};

	return cmocka_run_group_tests_name("who is slow", tests, NULL, NULL);
}
