// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Comparing runs: what is called a change, what is not, and which disk is which. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>

#include "diffs.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* A small database's disks. */
static struct synth_disk disks[] = {
	{ .name = "xvdb", .reads = 190, .writes = 15, .sectors = 1000 },
	{ .name = "xvdc", .reads = 40, .sectors = 2000 },
	{ .name = "xvdd", .writes = 5, .sectors = 3000 },
};

static struct synth load = {
	.disks = disks,
	.nr_disks = NR(disks),
	.vcpus = 4,
	.intervals = 90,
	.noise = .04,
	.memory = .5,
};

static struct blob record(unsigned int seed)
{
	load.seed = seed;
	return synth__record(&load);
}

static const struct diff_row *find(const struct diff *diff, const char *device, const char *op,
				   const char *leg)
{
	for (size_t i = 0; i < diff->nr_rows; i++) {
		const struct diff_row *row = &diff->rows[i];
		int side = row->there[0] ? 0 : 1;

		if (row->kind == KIND_WAIT && !strcmp(row->device[side], device) &&
		    !strcmp(row->op, op) && !strcmp(row->leg[side], leg))
			return row;
	}
	fail_msg("no row %s %s %s", device, op, leg);
	return NULL;
}

/* Twenty pairs of equal runs: in at most one of them a change is called. */
static void equal_runs_are_equal(void **state)
{
	static const double memories[] = { 0, .5, .8 };
	unsigned int called = 0, tested = 0, pairs = 0;

	(void)state;
	for (unsigned int pair = 0; pair < 20; pair++) {
		struct compared *c;

		load.memory = memories[pair % 3];
		c = diffs__compare(record(2 * pair + 1), record(2 * pair + 2));
		tested += c->diff.tested;
		called += c->diff.called > 0;
		pairs++;
		diffs__free(c);
	}
	load.memory = .5;
	print_message("%u of %u pairs of equal runs called different, %u comparisons\n", called,
		      pairs, tested);
	assert_true(tested > 20 * 30);
	assert_true(called <= 1);
}

/*
 * The same load, of which one recording followed all and the other one of 16: no change. What fewer
 * say less surely is in the noise. A change that is large is found still.
 */
static void rates_are_no_change(void **state)
{
	unsigned int called = 0, found = 0;

	(void)state;
	for (unsigned int pair = 0; pair < 20; pair++) {
		struct blob before = record(300 + pair), after, slower;
		struct compared *c;

		load.every = 16;
		after = record(400 + pair);
		disks[0].slower = "backend";
		disks[0].factor = 1.5;
		slower = record(500 + pair);
		disks[0].slower = NULL;
		load.every = 0;
		c = diffs__compare(before, after);
		called += c->diff.called > 0;
		diffs__free(c);
		c = diffs__compare(record(300 + pair), slower);
		found += find(&c->diff, "xvdb", "read", "backend")->mean.called;
		diffs__free(c);
	}
	print_message("of 20 pairs of different rates %u called different; 50 %% found in %u\n",
		      called, found);
	assert_true(called <= 1);
	assert_true(found >= 19);
}

/* Noise that lasts as long as the recordings is told from noise that does not. */
static void drift_is_known_from_all_paths(void **state)
{
	double drift[2] = {};
	struct compared *c;

	(void)state;
	for (int slow = 0; slow < 2; slow++) {
		for (unsigned int pair = 0; pair < 5; pair++) {
			load.memory = slow ? .99 : 0;
			c = diffs__compare(record(5000 + 2 * pair), record(5001 + 2 * pair));
			drift[slow] += c->diff.drift[DIFF_TIMES] / 5;
			/* the load of all of them is a Poisson process */
			assert_in_range(c->diff.drift[DIFF_COUNTS] * 100, 100, 250);
			diffs__free(c);
		}
	}
	load.memory = .5;
	print_message("variance of times by drift: x%.2f, and x%.2f of noise that lasts\n",
		      drift[0], drift[1]);
	assert_true(drift[0] < 1.3 && drift[1] > 1.8);
}

/*
 * A leg that takes a tenth longer is found in nineteen of twenty, whichever it is, and it alone is
 * blamed. Of one that is most of the disk's time, the disk is the first that is named, and the leg
 * the first of its legs.
 */
/* A run with itself: all rows changed equally, by nothing. */
static void legs_stand_below_their_whole(void **state)
{
	struct compared *c = diffs__compare(record(7), record(7));
	const struct diff_row *whole = NULL;
	unsigned int legs = 0;

	(void)state;
	for (size_t i = 0; i < c->diff.nr_rows; i++) {
		const struct diff_row *row = &c->diff.rows[i];

		if (row->kind != KIND_WAIT)
			continue;
		if (!row->is_leg) {
			whole = row;
			continue;
		}
		legs++;
		assert_non_null(whole);
		assert_string_equal(row->device[0], whole->device[0]);
		assert_string_equal(row->op, whole->op);
	}
	assert_true(legs > 10);
	diffs__free(c);
}

static void a_slower_leg_is_found(void **state)
{
	static const char *const legs[] = { "backend", "queue", "submit", "handler", "finish" };
	unsigned int found = 0, within = 0, elsewhere = 0;

	(void)state;
	for (unsigned int pair = 0; pair < 20; pair++) {
		const char *slower = legs[pair % NR(legs)];
		struct blob before = record(1000 + pair), after;
		const struct diff_row *leg;
		struct compared *c;

		disks[0].slower = slower;
		disks[0].factor = 1.1;
		after = record(2000 + pair);
		disks[0].slower = NULL;
		c = diffs__compare(before, after);
		leg = find(&c->diff, "xvdb", "read", slower);
		found += leg->mean.called;
		within += leg->mean.low < .1 && leg->mean.high > .1;
		for (size_t i = 0; i < NR(legs); i++)
			elsewhere += find(&c->diff, "xvdc", "read", legs[i])->called ||
				     (strcmp(legs[i], slower) &&
				      find(&c->diff, "xvdb", "read", legs[i])->called);
		/* what changes most comes first, which the short legs do not */
		if (leg->mean.called && !strcmp(slower, "backend")) {
			assert_string_equal(c->diff.rows[0].device[0], "xvdb");
			assert_string_equal(c->diff.rows[0].leg[0], "total");
			assert_string_equal(c->diff.rows[1].leg[0], slower);
		}
		diffs__free(c);
	}
	print_message("10 %% of a leg found in %u of 20 pairs, within the noise shown in %u; "
		      "elsewhere called %u times\n",
		      found, within, elsewhere);
	assert_true(found >= 19);
	assert_true(within >= 17);
	assert_true(elsewhere <= 1);
}

/* How late timers are in what compare_disks() compares. */
static double late_ns[DIFF_SIDES];

static struct compared *compare_disks(const struct synth_disk *before, size_t nr_before,
				      const struct synth_disk *after, size_t nr_after,
				      unsigned int intervals)
{
	struct synth synth = load;
	struct blob first;

	synth.disks = before;
	synth.nr_disks = nr_before;
	synth.intervals = intervals;
	synth.late_ns = late_ns[DIFF_BEFORE];
	synth.seed = 1;
	first = synth__record(&synth);
	synth.disks = after;
	synth.nr_disks = nr_after;
	synth.late_ns = late_ns[DIFF_AFTER];
	synth.seed = 2;
	return diffs__compare(first, synth__record(&synth));
}

/*
 * From AHCI to blkfront: the same disk, leg by leg, and it is what is named first, though another mode
 * has other timers, whose lateness is more than all that requests waited.
 */
static void a_disk_is_followed_to_its_other_path(void **state)
{
	static const struct synth_disk before[] = {
		{ .name = "sda", .emulated = true, .reads = 150, .same_as = "xvda" },
		{ .name = "xvdb", .reads = 100 },
	};
	static const struct synth_disk after[] = {
		{ .name = "xvdb", .reads = 100 },
		{ .name = "xvda", .reads = 150, .same_as = "sda" },
	};
	const struct diff_row *row;
	struct compared *c;

	(void)state;
	late_ns[DIFF_BEFORE] = 9e6;
	late_ns[DIFF_AFTER] = 1e6;
	c = compare_disks(before, 2, after, 2, 20);
	late_ns[DIFF_BEFORE] = late_ns[DIFF_AFTER] = 0;
	row = &c->diff.rows[0];
	assert_int_equal(c->diff.nr_disks, 1);
	assert_string_equal(c->diff.disks[0].by, "other path");
	assert_string_equal(row->device[DIFF_BEFORE], "sda");
	assert_string_equal(row->device[DIFF_AFTER], "xvda");
	assert_string_equal(row->leg[DIFF_BEFORE], "total");
	assert_int_equal(row->mech[DIFF_BEFORE], MECH_EMULATED);
	assert_int_equal(row->mech[DIFF_AFTER], MECH_PV);
	assert_true(row->mean.called && row->mean.shift < -.8);
	/* as often as before */
	assert_false(row->count.called);
	row++;
	assert_true(row->is_leg && row->mean.called);
	assert_string_equal(row->leg[DIFF_BEFORE], "device");
	assert_string_equal(row->leg[DIFF_AFTER], "backend");
	assert_false(find(&c->diff, "xvdb", "read", "total")->called);
	diffs__free(c);
}

static void disks_are_matched_by_what_is_known(void **state)
{
	static const struct synth_disk before[] = {
		{ .name = "sda", .reads = 20, .mounts = "/data", .sectors = 7 },
		{ .name = "sdb", .reads = 20, .sectors = 8 },
		{ .name = "sdc", .reads = 20, .sectors = 9 },
		{ .name = "sdd", .reads = 20, .sectors = 9 },
		{ .name = "same", .reads = 20, .sectors = 5 },
	};
	static const struct synth_disk after[] = {
		{ .name = "xvda", .reads = 20, .sectors = 9 },
		{ .name = "xvdb", .reads = 20, .sectors = 8 },
		{ .name = "xvdc", .reads = 20, .mounts = "/data", .sectors = 6 },
		{ .name = "same", .reads = 20, .sectors = 4 },
	};
	struct compared *c = compare_disks(before, 5, after, 4, 3);

	(void)state;
	assert_int_equal(c->diff.nr_disks, 2);
	assert_string_equal(c->diff.disks[0].name[DIFF_BEFORE], "sda");
	assert_string_equal(c->diff.disks[0].name[DIFF_AFTER], "xvdc");
	assert_string_equal(c->diff.disks[0].by, "mount point");
	assert_string_equal(c->diff.disks[1].name[DIFF_BEFORE], "sdb");
	assert_string_equal(c->diff.disks[1].name[DIFF_AFTER], "xvdb");
	assert_string_equal(c->diff.disks[1].by, "size");
	/* of the two of a size neither is guessed; a name is a name */
	assert_false(find(&c->diff, "sdc", "read", "total")->there[DIFF_AFTER]);
	assert_true(find(&c->diff, "same", "read", "total")->there[DIFF_AFTER]);
	/* three intervals tell nothing from noise */
	assert_int_equal(c->diff.tested, 0);
	assert_int_equal(c->diff.called, 0);
	diffs__free(c);
}

/* A disk that only one run used is a change, and is said to be gone or new. */
static void what_is_gone_or_new_is_called(void **state)
{
	static const struct synth_disk before[] = { { .name = "a", .reads = 50 },
						    { .name = "b", .reads = 30 } };
	static const struct synth_disk after[] = { { .name = "a", .reads = 50 },
						   { .name = "c", .reads = 40 } };
	struct compared *c = compare_disks(before, 2, after, 2, 20);
	const struct diff_row *gone = find(&c->diff, "b", "read", "total");
	const struct diff_row *fresh = find(&c->diff, "c", "read", "total");

	(void)state;
	assert_true(gone->called && gone->count.called && !gone->there[DIFF_AFTER]);
	assert_true(fresh->called && fresh->count.called && !fresh->there[DIFF_BEFORE]);
	assert_false(find(&c->diff, "a", "read", "total")->called);
	diffs__free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_no_change),
		cmocka_unit_test(drift_is_known_from_all_paths),
		cmocka_unit_test(equal_runs_are_equal),
		cmocka_unit_test(legs_stand_below_their_whole),
		cmocka_unit_test(a_slower_leg_is_found),
		cmocka_unit_test(a_disk_is_followed_to_its_other_path),
		cmocka_unit_test(disks_are_matched_by_what_is_known),
		cmocka_unit_test(what_is_gone_or_new_is_called),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
