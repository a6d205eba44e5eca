// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What series of values prove about each other: chances, their correction, and drift. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdbool.h>
#include <math.h>
#include <cmocka.h>

#include "model/statistics.h"

static bool is_near(double a, double b)
{
	return fabs(a - b) <= 1e-6 * fabs(b);
}

static double chance(const struct sample *x, const struct sample *y)
{
	struct ranking ranking;

	ranking__make(&ranking, x, y, 1);
	return ranking__chance(&ranking);
}

/* Against all orders that there are, counted; of a standard error that is only measured it is more. */
static void chances_are_counted(void **state)
{
	struct sample x = { .nr = 8 }, y = { .nr = 8 };
	/* neighbours are unlike: no autocorrelation widens anything */
	static const double order[] = { 4, 1, 6, 3, 8, 2, 7, 5 };
	struct comparison ranked, back;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		x.value[i] = order[i];
		y.value[i] = 8 + order[i];
	}
	/* 1 of the 12,870 orders, on either side: beyond 3.78 of the normal distribution */
	assert_true(is_near(chance(&x, &y), 2 / 12870.0));
	assert_true(is_near(chance(&y, &x), 2 / 12870.0));
	sample__compare(&ranked, &x, &y, 1);
	assert_true(ranked.p > .0015 && ranked.p < .003);
	assert_true(ranked.low > 1 && ranked.high < 16);
	sample__compare(&back, &y, &x, 1);
	assert_true(is_near(back.p, ranked.p));
	/* the same values: no difference, and the ratio is about 1 */
	sample__compare(&ranked, &x, &x, 1);
	assert_true(ranked.p > .99);
	assert_true(ranked.low < 1 && ranked.high > 1);
	assert_true(is_near(ranked.ratio, 1));
	/* one that is far off moves nothing */
	y = x;
	y.value[3] = 1000;
	sample__compare(&ranked, &x, &y, 1);
	assert_true(ranked.p > .5 && ranked.ratio < 1.3);
	/* all equal */
	for (size_t i = 0; i < 8; i++)
		x.value[i] = y.value[i] = 7;
	sample__compare(&ranked, &x, &y, 1);
	assert_true(ranked.p > .99);
	/* 60 of the 924 orders are at least as far from the middle */
	x = (struct sample) { { 8, 1, 5, 2, 7, 4 }, 6 };
	y = (struct sample) { { 12, 3, 11, 6, 10, 9 }, 6 };
	assert_true(is_near(chance(&x, &y), 60 / 924.0));
}

/* A series that drifts proves less than one that does not. */
static void what_drifts_proves_less(void **state)
{
	struct sample x = { .nr = 30 }, y = { .nr = 30 }, slow_x = { .nr = 30 },
		      slow_y = { .nr = 30 };
	struct comparison ranked, slow;

	(void)state;
	/* the same values, once in no order and once rising and falling */
	for (size_t i = 0; i < 30; i++) {
		x.value[i] = 100 + (i * 11) % 30;
		y.value[i] = 109.5 + (i * 11) % 30;
		slow_x.value[i] = 100 + i;
		slow_y.value[i] = 109.5 + i;
	}
	sample__compare(&ranked, &x, &y, 1);
	sample__compare(&slow, &slow_x, &slow_y, 1);
	assert_true(ranked.p < .005);
	assert_true(slow.p > .1);
	assert_true(slow.high - slow.low > 1.5 * (ranked.high - ranked.low));
}

/* Ranks are no further apart than that; how far from nothing a series is, they do not tell. */
static void nothing_has_no_ratio(void **state)
{
	struct sample none = { .nr = 20 }, steady = { .nr = 20 }, burst = { .nr = 20 };
	struct comparison there, gone, once;

	(void)state;
	for (size_t i = 0; i < 20; i++)
		steady.value[i] = 20 + (i * 7) % 20;
	burst.value[7] = 400;
	/* even where the variance is four times that of independent values */
	sample__compare(&there, &none, &steady, 4);
	sample__compare(&gone, &steady, &none, 4);
	assert_true(there.p < 1e-4 && is_near(there.p, gone.p));
	assert_true(there.ratio == 0 && there.high == 0);
	sample__compare(&once, &none, &burst, 1);
	assert_true(once.p > .1);
	sample__compare(&there, &none, &none, 1);
	assert_true(there.p > .99);
	/* always the same is far from nothing, and no division by it */
	for (size_t i = 0; i < 20; i++)
		steady.value[i] = 1;
	sample__compare(&there, &none, &steady, 4);
	assert_true(there.p >= 0 && there.p < 1e-4);
}

static void parts_tell_what_lasts(void **state)
{
	static const double step[] = { 1, 1, 1, 2, 2, 2, 3, 3, 3 };
	static const double wave[] = { 1, 2, 3, 1, 2, 3, 1, 2, 3 };
	static const double same[] = { 2, 2, 2, 2, 2, 2, 2, 2, 2 };

	(void)state;
	/* the mean of the parts, 1 2 3, has a variance of 1 / 3, that of nine values 6/8 / 9 */
	assert_true(is_near(drift__of_parts(step, 9, step, 9), 4));
	assert_true(is_near(drift__of_parts(step, 9, same, 9), 4));
	assert_true(is_near(drift__of_parts(step, 9, wave, 9), 2));
	assert_true(fabs(drift__of_parts(wave, 9, wave, 9)) < 1e-9);
	/* neighbours that are alike, and those that are not */
	assert_true(drift__of_neighbours(step, 9, step, 9) > 3);
	assert_true(is_near(drift__of_neighbours(wave, 9, wave, 9), 1));
	/* nothing is known */
	assert_true(drift__of_parts(same, 9, same, 9) < 0);
	assert_true(drift__of_parts(step, 9, step, DRIFT_PARTS - 1) < 0);
}

static void the_whole_is_longer_than_its_parts(void **state)
{
	(void)state;
	/* what does not drift over parts of ten does not over thirty, and twice is 2 ^ (log 30 / log 10) */
	assert_true(is_near(drift__of_whole(1, -1, 30), 1));
	assert_true(is_near(drift__of_whole(2, -1, 30), 2.783924));
	/* over parts of three, nine are their square */
	assert_true(is_near(drift__of_whole(2, -1, 9), 4));
	/* a path's own is heard, but not that it is steadier than noise can be */
	assert_true(is_near(drift__of_whole(1, 8, 9), 4));
	assert_true(is_near(drift__of_whole(1, .1, 9), 1));
	/* no parts */
	assert_true(is_near(drift__of_whole(2, -1, 3), 2));
}

/* What all paths together drift is no evidence of any of them; and no change of level is a drift. */
static void drift_widens_chance(void **state)
{
	struct sample x = { .nr = 30 }, y = { .nr = 30 }, higher;
	struct comparison ranked, slow;

	(void)state;
	for (size_t i = 0; i < 30; i++) {
		x.value[i] = 100 + (i * 11) % 30;
		y.value[i] = 109.5 + (i * 7) % 30;
	}
	sample__compare(&ranked, &x, &y, 1);
	sample__compare(&slow, &x, &y, 4);
	assert_true(ranked.p < .005 && slow.p > .05);
	assert_true(is_near(ranked.ratio, slow.ratio));
	assert_true(ranked.low > 1 && slow.low < 1);
	higher = y;
	for (size_t i = 0; i < 30; i++)
		higher.value[i] *= 8;
	assert_true(is_near(sample__drift(&x, &higher), sample__drift(&x, &y)));
	/* a step within a recording lasts as long as anything in it */
	for (size_t i = 15; i < 30; i++)
		y.value[i] *= 2;
	assert_true(sample__drift(&x, &y) > 2 * sample__drift(&x, &higher));
}

/* Which is above which proves little of what drifts as much; that they are far apart does. */
static void far_apart_is_more_than_apart(void **state)
{
	struct sample x = { .nr = 30 }, near = { .nr = 30 }, far = { .nr = 30 };
	struct comparison ranked;

	(void)state;
	for (size_t i = 0; i < 30; i++) {
		x.value[i] = 100 + (i * 11) % 30;
		near.value[i] = 130.5 + (i * 7) % 30;
		far.value[i] = 1000.5 + (i * 7) % 300;
	}
	sample__compare(&ranked, &x, &near, 10);
	assert_true(ranked.p > .005 && ranked.p <= .1);
	sample__compare(&ranked, &x, &far, 10);
	assert_true(ranked.p < 1e-4);
	/* whole numbers, many of them equal, have no noise to measure it by */
	for (size_t i = 0; i < 30; i++) {
		x.value[i] = 1 + (i % 10 == 0);
		far.value[i] = 20 + (i % 10 == 0);
	}
	sample__compare(&ranked, &x, &far, 10);
	assert_true(ranked.p > .01);
}

/*
 * The scheduler puts the load on another vCPU, and a handler takes half as long again from there on: of two
 * levels, each narrow, the median of all pairs is the one or the other's, as if all had changed.
 */
static void a_level_of_half_a_minute_is_no_change(void **state)
{
	struct sample x = { .nr = 30 }, y = { .nr = 30 };
	struct comparison ranked;

	(void)state;
	for (size_t i = 0; i < 30; i++) {
		x.value[i] = 1050 + (i * 11) % 30;
		y.value[i] = (i < 10 ? 1050 : 1600) + (i * 7) % 30;
	}
	sample__compare(&ranked, &x, &y, 1.5);
	assert_true(ranked.ratio > 1.4);
	assert_true(ranked.p > .001);
	/* all of it is */
	for (size_t i = 0; i < 10; i++)
		y.value[i] += 550;
	sample__compare(&ranked, &x, &y, 1.5);
	assert_true(ranked.p < 1e-6);
}

static void many_tests_need_smaller_chances(void **state)
{
	double p[] = { .04, .001, .03, .005 };

	(void)state;
	/* .001 <= .05 / 4, .005 <= .05 / 3, .03 > .05 / 2 */
	assert_true(is_near(statistics__bound(p, 4, .05), .005));
	assert_true(is_near(statistics__bound(p, 4, .0001) + 1, 1));
	assert_true(is_near(statistics__bound(p, 0, .05) + 1, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chances_are_counted),
		cmocka_unit_test(what_drifts_proves_less),
		cmocka_unit_test(nothing_has_no_ratio),
		cmocka_unit_test(parts_tell_what_lasts),
		cmocka_unit_test(the_whole_is_longer_than_its_parts),
		cmocka_unit_test(drift_widens_chance),
		cmocka_unit_test(far_apart_is_more_than_apart),
		cmocka_unit_test(a_level_of_half_a_minute_is_no_change),
		cmocka_unit_test(many_tests_need_smaller_chances),
	};

	return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
