// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How many events are followed within a budget: what is thinned first, how soon, and back again. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "probe/rates.h"

#define SECOND	  1000000000ull
#define BUDGET_NS 10e6 /* 1 % of a vCPU's second */

/* What a second's events cost in all, were all followed; and what is spent beside that, counting them. */
struct demand {
	double all_ns[XT_RATES], rest_ns;
};

static struct load load_of(const struct demand *demand, const struct rates *rates)
{
	struct load load = { .budget_ns = BUDGET_NS, .spent_ns = demand->rest_ns };

	for (int what = 0; what < XT_RATES; what++) {
		load.all_ns[what] = demand->all_ns[what];
		load.followed_ns[what] = demand->all_ns[what] / (1u << rates->rate[what]);
		load.spent_ns += load.followed_ns[what];
	}
	return load;
}

/* So many seconds of the same load from `now` on; returns in how many of them a rate changed. */
static unsigned int go(struct rates *rates, const struct demand *demand, uint64_t *now,
		       unsigned int seconds)
{
	unsigned int changes = 0;

	while (seconds--) {
		struct load load = load_of(demand, rates);

		changes += rates__step(rates, &load, *now += SECOND);
	}
	return changes;
}

static double spent(const struct demand *demand, const struct rates *rates)
{
	return load_of(demand, rates).spent_ns;
}

static void all_are_followed_within_the_budget(void **state)
{
	const struct demand demand = { .all_ns = { 7e6 }, .rest_ns = 2e6 };
	struct rates rates = {};
	uint64_t now = SECOND;

	(void)state;
	assert_int_equal(go(&rates, &demand, &now, 60), 0);
	assert_int_equal(rates.rate[XT_RATE_REQUESTS], 0);
}

static void the_dearest_is_thinned_and_the_others_are_not(void **state)
{
	const struct demand demand = {
		.all_ns = { [XT_RATE_REQUESTS] = 1e6, [XT_RATE_PACKETS] = 80e6 }, .rest_ns = 2e6
	};
	struct rates rates = {};
	uint64_t now = SECOND;

	(void)state;
	/* passed twofold: at once */
	assert_int_equal(go(&rates, &demand, &now, 1), 1);
	assert_int_equal(rates.rate[XT_RATE_REQUESTS], 0);
	assert_int_equal(rates.rate[XT_RATE_PACKETS], 4);
	assert_true(spent(&demand, &rates) <= BUDGET_NS);
	/* and it stays there */
	assert_int_equal(go(&rates, &demand, &now, 600), 0);
}

static void a_little_too_much_takes_one_step_in_five_seconds(void **state)
{
	const struct demand demand = { .all_ns = { 16e6 }, .rest_ns = 3e6 };
	struct rates rates = {};
	uint64_t now = SECOND;

	(void)state;
	assert_int_equal(go(&rates, &demand, &now, 5), 1);
	assert_int_equal(rates.rate[XT_RATE_REQUESTS], 1);
	assert_int_equal(go(&rates, &demand, &now, 1), 1);
	assert_int_equal(rates.rate[XT_RATE_REQUESTS], 2);
	assert_int_equal(go(&rates, &demand, &now, 600), 0);
}

static void a_load_at_the_edge_does_not_flap(void **state)
{
	struct demand demand = { .all_ns = { 10.2e6 }, .rest_ns = 0 };
	unsigned int changes = 0;
	struct rates rates = {};
	uint64_t now = SECOND;

	(void)state;
	for (int i = 0; i < 300; i++) {
		demand.all_ns[XT_RATE_REQUESTS] = i & 1 ? 9.8e6 : 10.2e6;
		changes += go(&rates, &demand, &now, 1);
	}
	assert_int_equal(changes, 1);
}

static void more_are_followed_again_where_the_load_falls(void **state)
{
	const struct demand busy = { .all_ns = { 640e6 } }, calm = { .all_ns = { 3e6 } };
	struct rates rates = {};
	uint64_t now = SECOND;

	(void)state;
	go(&rates, &busy, &now, 1);
	assert_int_equal(rates.rate[XT_RATE_REQUESTS], 6);
	/* a step in five seconds; all are followed in the end */
	assert_int_equal(go(&rates, &calm, &now, 4), 0);
	go(&rates, &calm, &now, 60);
	assert_int_equal(rates.rate[XT_RATE_REQUESTS], 0);
}

static void what_would_save_nothing_is_left(void **state)
{
	const struct demand demand = { .all_ns = { 3e6 }, .rest_ns = 400e6 };
	struct rates rates = {};
	uint64_t now = SECOND;

	(void)state;
	assert_int_equal(go(&rates, &demand, &now, 60), 0);
	/* also of what was followed less before, as where the clock is dear */
	rates.rate[XT_RATE_REQUESTS] = rates.rate[XT_RATE_UPCALLS] = 7;
	assert_int_equal(go(&rates, &demand, &now, 60), 7);
	assert_int_equal(rates.rate[XT_RATE_REQUESTS], 0);
	assert_int_equal(rates.rate[XT_RATE_UPCALLS], 0);
}

static void a_dear_clock_begins_thinly(void **state)
{
	(void)state;
	assert_int_equal(rates__at_first(25), 0);   /* TSC */
	assert_int_equal(rates__at_first(216), 0);  /* Xen's, in an emulated machine */
	assert_int_equal(rates__at_first(4300), 7); /* HPET: 34 ns for each event in the end */
	assert_int_equal(rates__at_first(1e12), XT_RATE_MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_followed_within_the_budget),
		cmocka_unit_test(the_dearest_is_thinned_and_the_others_are_not),
		cmocka_unit_test(a_little_too_much_takes_one_step_in_five_seconds),
		cmocka_unit_test(a_load_at_the_edge_does_not_flap),
		cmocka_unit_test(more_are_followed_again_where_the_load_falls),
		cmocka_unit_test(what_would_save_nothing_is_left),
		cmocka_unit_test(a_dear_clock_begins_thinly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
