// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Intervals of several runs as one whole. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

#include "base/str.h"
#include "fixture.h"
#include "model/splice.h"

#define S 1000000000ull

/* The fixture's run of 10 s as an interval that began then, on a clock of its boot. */
static struct fixture *interval(uint64_t wall_s, uint64_t boot_s)
{
	struct fixture *f = fixture__pvhvm();
	struct snapshot *snap = &f->snap;
	uint64_t moved = boot_s * S - snap->start_ns;

	snap->wall_start_ns = wall_s * S;
	for (size_t i = 0; i < snap->nr_slow; i++)
		snap->slow[i].start_ns += moved;
	snap->start_ns += moved;
	snap->end_ns += moved;
	return f;
}

static void one_run_adds_up(void **state)
{
	struct fixture *a = interval(1000, 50), *b = interval(1010, 60);
	uint64_t count = hist__count(&a->snap.paths[0].hist);
	struct splice splice = {};

	(void)state;
	assert_int_equal(splice__add(&splice, &a->snap, 1), 0);
	assert_int_equal(splice__add(&splice, &b->snap, 1), 0);
	assert_int_equal(splice.sum.start_ns, 50 * S);
	assert_int_equal(splice.sum.end_ns, 70 * S);
	assert_int_equal(splice.sum.wall_start_ns, 1000 * S);
	assert_int_equal(hist__count(&splice.sum.paths[0].hist), 2 * count);
	assert_int_equal(splice.nr, 2);
	assert_int_equal(splice.gaps, 0);
	assert_int_equal(splice.wall_end, 1020 * S);
	splice__free(&splice);
	fixture__free(a);
	fixture__free(b);
}

static void what_nobody_recorded_is_no_time_of_the_whole(void **state)
{
	struct fixture *a = interval(1000, 50), *b = interval(5000, 3); /* after a reboot */
	struct splice splice = {};
	uint64_t slow_wall;

	(void)state;
	assert_true(b->snap.nr_slow > 0);
	b->snap.slow[0].total_ns = 1000 * S; /* the slowest of both */
	slow_wall = b->snap.wall_start_ns + b->snap.slow[0].start_ns - b->snap.start_ns;
	b->snap.paths[0].id = a->snap.paths[1].id = 77;
	assert_int_equal(splice__add(&splice, &a->snap, 1), 0);
	assert_int_equal(splice__add(&splice, &b->snap, 2), 0);
	assert_int_equal(splice.sum.end_ns - splice.sum.start_ns, 20 * S);
	assert_int_equal(splice.gaps, 3990 * S);
	/* a number of the other run's is no path of this one */
	assert_int_equal(splice.sum.nr_paths, a->snap.nr_paths);
	assert_int_equal(hist__count(&splice.sum.paths[0].hist),
			 2 * hist__count(&b->snap.paths[0].hist));
	/* and a request is told by the time at which it was made */
	assert_int_equal(splice.sum.wall_start_ns + splice.sum.slow[0].start_ns -
				 splice.sum.start_ns,
			 slow_wall);
	splice__free(&splice);
	fixture__free(a);
	fixture__free(b);
}

static void runs_about_other_things_are_not_added(void **state)
{
	struct fixture *a = interval(1000, 50), *b = interval(2000, 50);
	struct splice splice = {};

	(void)state;
	assert_int_equal(splice__add(&splice, &a->snap, 1), 0);
	b->snap.probes[0].name[0] = 'X';
	assert_int_equal(splice__add(&splice, &b->snap, 2), -EXDEV);
	assert_int_equal(splice.nr, 1);
	/* within a run they are what they are */
	assert_int_equal(splice__add(&splice, &b->snap, 1), 0);
	splice__free(&splice);
	fixture__free(a);
	fixture__free(b);
}

static void a_list_of_other_things_is_seen_wherever_it_differs(void **state)
{
	struct fixture *a = interval(1000, 50), *b = interval(2000, 50);
	char *names[] = { b->snap.probes[0].name, b->snap.queues[0].device,
			  b->snap.channels[0].device, b->snap.channels[0].kind,
			  b->snap.whose.only };
	size_t *counts[] = { &b->snap.nr_losses, &b->snap.nr_probes, &b->snap.nr_queues,
			     &b->snap.nr_channels };
	const char *loss = b->snap.losses[0].name;
	struct splice splice = {};

	(void)state;
	assert_int_equal(splice__add(&splice, &a->snap, 1), 0);
	for (size_t i = 0; i < LENGTH(names); i++) {
		*names[i] ^= 1;
		assert_int_equal(splice__add(&splice, &b->snap, 2), -EXDEV);
		*names[i] ^= 1;
	}
	for (size_t i = 0; i < LENGTH(counts); i++) {
		--*counts[i];
		assert_int_equal(splice__add(&splice, &b->snap, 2), -EXDEV);
		++*counts[i];
	}
	b->snap.losses[0].name = "another";
	assert_int_equal(splice__add(&splice, &b->snap, 2), -EXDEV);
	b->snap.losses[0].name = loss;
	b->snap.nr_cpus--;
	assert_int_equal(splice__add(&splice, &b->snap, 2), -EXDEV);
	b->snap.nr_cpus++;
	assert_int_equal(splice__add(&splice, &b->snap, 2), 0);
	/* a NIC that one of both has not */
	fixture__add_nics(b);
	assert_int_equal(splice__add(&splice, &b->snap, 3), -EXDEV);
	splice__free(&splice);
	fixture__free(a);
	fixture__free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_run_adds_up),
		cmocka_unit_test(what_nobody_recorded_is_no_time_of_the_whole),
		cmocka_unit_test(runs_about_other_things_are_not_added),
		cmocka_unit_test(a_list_of_other_things_is_seen_wherever_it_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
