// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Differences of two readings of one run. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

/* A reading one second later, in which only the first two paths moved, and a new one appeared. */
static struct fixture *one_second_later(void)
{
	struct fixture *f = fixture__pvhvm();

	f->snap.end_ns += 1000000000;
	f->snap.cpu.total_ns += 4000000000;
	f->snap.cpu.idle_ns += 3000000000;
	hist__add(&f->snap.paths[0].hist, 1000);
	hist__add(&f->snap.paths[1].hist, 2000);
	hist__add(&f->snap.paths[1].hist, 3000);
	hist__add(fixture__path(f, KIND_WAIT, AREA_DISK, MECH_PV, "xvdz", "read", "total"), 4000);
	f->snap.losses[0].count = 7;
	f->snap.probes[0].runs += 100;
	f->snap.cost.bpf_ns += 5;
	f->snap.io.started += 10;
	f->snap.io.completed += 12;
	f->snap.io.in_flight = 6;
	return f;
}

static void difference_has_only_what_moved(void **state)
{
	struct fixture *earlier = fixture__pvhvm(), *later = one_second_later();
	struct snapshot delta;

	(void)state;
	assert_int_equal(snapshot__delta(&delta, &later->snap, &earlier->snap), 0);
	assert_int_equal(delta.nr_paths, 3);
	assert_int_equal(hist__count(&delta.paths[0].hist), 1);
	assert_int_equal(hist__total_ns(&delta.paths[1].hist), 5000);
	assert_string_equal(delta.paths[2].key.device, "xvdz");
	assert_int_equal(delta.end_ns - delta.start_ns, 1000000000);
	assert_int_equal(delta.wall_start_ns, earlier->snap.wall_start_ns + 10000000000);
	assert_int_equal(delta.cpu.total_ns, 4000000000);
	assert_int_equal(delta.cpu.idle_ns, 3000000000);
	assert_true(delta.cpu.has_runstate);
	assert_int_equal(delta.losses[0].count, 7);
	assert_int_equal(delta.probes[0].runs, 100);
	assert_int_equal(delta.cost.bpf_ns, 5);
	assert_int_equal(delta.cost.rss_bytes, later->snap.cost.rss_bytes);
	snapshot__free(&delta);
	fixture__free(earlier);
	fixture__free(later);
}

/* The earlier reading ends 10 s after the start. */
static void slow_requests_are_of_the_interval_they_end_in(void **state)
{
	struct fixture *earlier = fixture__pvhvm(), *later = one_second_later();
	struct snapshot delta;

	(void)state;
	later->snap.slow[1].start_ns = earlier->snap.end_ns - 8000000;
	later->snap.slow[2].start_ns = earlier->snap.end_ns - 6000000;
	assert_int_equal(snapshot__delta(&delta, &later->snap, &earlier->snap), 0);
	assert_int_equal(delta.nr_slow, 1);
	assert_int_equal(delta.nr_queues, 2);
	assert_int_equal(delta.queues[1].last, 0);
	assert_int_equal(delta.queues[1].most, 32);
	assert_string_equal(delta.slow[0].op, "write");
	assert_int_equal(later->snap.nr_slow, 3);
	snapshot__free(&delta);
	fixture__free(earlier);
	fixture__free(later);
}

static void requests_in_flight_are_carried_over(void **state)
{
	struct fixture *earlier = fixture__pvhvm(), *later = one_second_later();
	struct conservation *io;
	struct snapshot delta;

	(void)state;
	assert_int_equal(snapshot__delta(&delta, &later->snap, &earlier->snap), 0);
	io = &delta.io;
	assert_int_equal(io->carried, 8);
	assert_int_equal(io->preexisting, 0);
	assert_int_equal(io->carried + io->started, io->completed + io->in_flight + io->lost);
	snapshot__free(&delta);
	fixture__free(earlier);
	fixture__free(later);
}

static void order_of_paths_does_not_matter(void **state)
{
	struct fixture *earlier = fixture__pvhvm(), *later = one_second_later();
	struct snapshot *snap = &earlier->snap, delta;

	(void)state;
	for (size_t i = 0; i < snap->nr_paths / 2; i++) {
		struct path swapped = snap->paths[i];

		snap->paths[i] = snap->paths[snap->nr_paths - 1 - i];
		snap->paths[snap->nr_paths - 1 - i] = swapped;
	}
	assert_int_equal(snapshot__delta(&delta, &later->snap, snap), 0);
	assert_int_equal(delta.nr_paths, 3);
	snapshot__free(&delta);
	fixture__free(earlier);
	fixture__free(later);
}

static void no_earlier_is_a_copy(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct snapshot copy;

	(void)state;
	assert_int_equal(snapshot__delta(&copy, &f->snap, NULL), 0);
	assert_int_equal(copy.nr_paths, f->snap.nr_paths);
	assert_ptr_not_equal(copy.paths, f->snap.paths);
	for (size_t i = 0; i < copy.nr_paths; i++) {
		const struct hist *a = &copy.paths[i].hist, *b = &f->snap.paths[i].hist;

		assert_true(path_key__equal(&copy.paths[i].key, &f->snap.paths[i].key));
		assert_int_equal(a->nr, b->nr);
		assert_memory_equal(a->bucket, b->bucket, a->nr * sizeof(*a->bucket));
		/* of its own */
		assert_true(!a->nr || a->bucket != b->bucket);
	}
	assert_int_equal(copy.start_ns, f->snap.start_ns);
	snapshot__free(&copy);
	/* Twice is harmless. */
	snapshot__free(&copy);
	fixture__free(f);
}

static void itself_leaves_nothing(void **state)
{
	struct fixture *f = fixture__pvhvm(), *empty = fixture__empty();
	struct snapshot delta;

	(void)state;
	assert_int_equal(snapshot__delta(&delta, &f->snap, &f->snap), 0);
	assert_int_equal(delta.nr_paths, 0);
	assert_int_equal(delta.cpu.total_ns, 0);
	snapshot__free(&delta);
	assert_int_equal(snapshot__delta(&delta, &empty->snap, &empty->snap), 0);
	snapshot__free(&delta);
	fixture__free(empty);
	fixture__free(f);
}

static void counters_that_fall_are_zero(void **state)
{
	struct fixture *earlier = fixture__pvhvm(), *later = one_second_later();
	struct snapshot delta;

	(void)state;
	later->snap.cpu.idle_ns = 5;
	assert_int_equal(snapshot__delta(&delta, &later->snap, &earlier->snap), 0);
	assert_int_equal(delta.cpu.idle_ns, 0);
	snapshot__free(&delta);
	fixture__free(earlier);
	fixture__free(later);
}

/* A file may say so: a table is as large as it was made, whatever an interval says of its own. */
static void intervals_of_other_sizes_are_added(void **state)
{
	uint64_t small[] = { 1 }, large[] = { 10, 20, 30, 40, 50, 60, 70, 80 };
	struct channel channels[2] = {};
	struct snapshot one = { .end_ns = 1,
				.channels = channels,
				.nr_channels = 1,
				.nr_cpus = 1,
				.channel_counts = small };
	struct snapshot other = { .end_ns = 2,
				  .channels = channels,
				  .nr_channels = 2,
				  .nr_cpus = 4,
				  .channel_counts = large };
	struct snapshot sum = {};

	(void)state;
	assert_int_equal(snapshot__add(&sum, &one), 0);
	assert_int_equal(snapshot__add(&sum, &other), 0);
	assert_int_equal(snapshot__add(&sum, &other), 0);
	assert_int_equal(sum.nr_channels * sum.nr_cpus, 1);
	assert_int_equal(sum.channel_counts[0], 21);
	snapshot__free(&sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(difference_has_only_what_moved),
		cmocka_unit_test(slow_requests_are_of_the_interval_they_end_in),
		cmocka_unit_test(requests_in_flight_are_carried_over),
		cmocka_unit_test(order_of_paths_does_not_matter),
		cmocka_unit_test(no_earlier_is_a_copy),
		cmocka_unit_test(itself_leaves_nothing),
		cmocka_unit_test(counters_that_fall_are_zero),
		cmocka_unit_test(intervals_of_other_sizes_are_added),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
