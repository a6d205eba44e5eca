// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Properties of the histogram: bounds, error, exact sums, quantiles. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/hist.h"
#include "probe/layout.h"

#define HOUR 3600000000000ULL

/* A small xorshift: the same values in every run. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Spread over all octaves up to an hour. */
static uint64_t next_duration(uint64_t *state)
{
	uint64_t value = next_random(state);

	return 1 + (value >> (next_random(state) % 60)) % HOUR;
}

static void buckets_adjoin(void **state)
{
	(void)state;
	assert_int_equal(hist__lower(0), 0);
	for (unsigned int i = 0; i < HIST_BUCKETS; i++) {
		assert_true(hist__lower(i) < hist__upper(i));
		assert_int_equal(hist__upper(i), hist__lower(i + 1));
		assert_int_equal(hist__index(hist__lower(i)), i);
		assert_int_equal(hist__index(hist__upper(i) - 1), i);
	}
	assert_int_equal(hist__upper(HIST_BUCKETS - 1), 1ULL << 42);
	assert_true(hist__upper(HIST_BUCKETS - 1) > HOUR);
}

static void octaves_begin_at_powers_of_two(void **state)
{
	(void)state;
	for (unsigned int e = 3; e < 42; e++) {
		assert_int_equal(hist__index(1ULL << e), (e - 2) * 8);
		assert_int_equal(hist__index((1ULL << e) - 1), (e - 2) * 8 - 1);
	}
}

static void too_long_is_kept_in_the_last(void **state)
{
	(void)state;
	assert_int_equal(hist__index(1ULL << 42), HIST_BUCKETS - 1);
	assert_int_equal(hist__index(UINT64_MAX), HIST_BUCKETS - 1);
}

static void midpoint_is_within_6_25_percent(void **state)
{
	uint64_t random = 88172645463325252ULL;

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		uint64_t ns = next_duration(&random);
		unsigned int index = hist__index(ns);
		double mid = hist__lower(index) + (hist__upper(index) - hist__lower(index)) / 2;
		double error = mid > ns ? mid - ns : ns - mid;

		assert_true(ns >= hist__lower(index) && ns < hist__upper(index));
		assert_true(error <= 0.0625 * ns);
	}
}

static void fill(struct hist *h, uint64_t *random, int n)
{
	for (int i = 0; i < n; i++)
		hist__add(h, next_duration(random));
	h->inclusive = next_random(random) >> 8;
	h->held = next_random(random) >> 8;
	h->off_cpu = next_random(random) >> 8;
	h->known_ns = next_random(random) >> 8;
	h->stolen = next_random(random) >> 8;
}

/* By index, each once, and none that is empty. */
static void assert_sound(const struct hist *h)
{
	for (unsigned int i = 0; i < h->nr; i++) {
		assert_true(h->bucket[i].index < HIST_BUCKETS);
		assert_true(!i || h->bucket[i - 1].index < h->bucket[i].index);
		assert_true(h->bucket[i].count || h->bucket[i].ns);
	}
	assert_true(h->nr <= h->room);
}

static void buckets_are_in_order(void **state)
{
	static const unsigned int order[] = { 100, 100, 7, 319, 0, 200 };
	struct hist h = {}, sum = {}, merged = {};
	struct xt_hist slice = {};

	(void)state;
	hist__merge(&sum, &h);
	slice__merge(&sum, &slice);
	assert_int_equal(sum.nr, 0);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct hist one = {};

		hist__add(&one, hist__lower(order[i]));
		assert_int_equal(one.nr, 1);
		slice = (struct xt_hist) {};
		slice.bucket[order[i]] =
			(struct xt_bucket) { one.bucket[0].count, one.bucket[0].ns };
		hist__add(&h, hist__lower(order[i]));
		hist__merge(&sum, &one);
		slice__merge(&merged, &slice);
		assert_sound(&h);
		assert_sound(&sum);
		assert_sound(&merged);
		assert_int_equal(hist__count(&merged), i + 1);
		assert_int_equal(sum.nr, h.nr);
		assert_memory_equal(sum.bucket, h.bucket, h.nr * sizeof(*h.bucket));
		assert_memory_equal(merged.bucket, h.bucket, h.nr * sizeof(*h.bucket));
		hist__free(&one);
	}
	hist__free(&h);
	/* read while it grew: its time is there already, its event is not */
	slice = (struct xt_hist) { .bucket[310].ns = 1ull << 40 };
	slice__merge(&h, &slice);
	assert_int_equal(h.nr, 1);
	assert_int_equal(hist__total_ns(&h), 1ull << 40);
	hist__free(&h);
	hist__free(&sum);
	hist__free(&merged);
}

static void a_copy_is_its_own(void **state)
{
	struct hist h = {}, copy;

	(void)state;
	assert_int_equal(hist__copy(&copy, &h), 0);
	assert_int_equal(copy.nr, 0);
	hist__add(&h, 1000);
	assert_int_equal(hist__copy(&copy, &h), 0);
	hist__add(&h, 1000);
	hist__add(&copy, 5);
	assert_int_equal(hist__count(&h), 2);
	assert_int_equal(hist__count(&copy), 2);
	assert_int_equal(copy.nr, 2);
	hist__free(&h);
	/* twice is harmless */
	hist__free(&h);
	hist__free(&copy);
}

static void merge_and_subtract_are_exact(void **state)
{
	uint64_t random = 1;
	struct hist a = {}, b = {}, sum;

	(void)state;
	for (int round = 0; round < 100; round++) {
		hist__free(&a);
		hist__free(&b);
		fill(&a, &random, 1000);
		fill(&b, &random, 777);
		assert_int_equal(hist__copy(&sum, &a), 0);
		hist__merge(&sum, &b);
		assert_sound(&sum);
		assert_int_equal(hist__count(&sum), 1777);
		assert_int_equal(hist__total_ns(&sum), hist__total_ns(&a) + hist__total_ns(&b));
		assert_int_equal(sum.max, a.max > b.max ? a.max : b.max);
		assert_int_equal(sum.held, a.held + b.held);

		hist__subtract(&sum, &b);
		assert_sound(&sum);
		assert_int_equal(sum.nr, a.nr);
		assert_memory_equal(sum.bucket, a.bucket, a.nr * sizeof(*a.bucket));
		assert_int_equal(sum.inclusive, a.inclusive);
		assert_int_equal(sum.off_cpu, a.off_cpu);
		assert_int_equal(sum.known_ns, a.known_ns);
		assert_int_equal(sum.stolen, a.stolen);
		/* What is left may not be longer than its last bucket, nor shorter than it was. */
		assert_true(sum.max >= a.max);
		assert_int_equal(hist__index(sum.max), hist__index(a.max));
		hist__free(&sum);
	}
	assert_int_equal(hist__copy(&sum, &a), 0);
	hist__subtract(&sum, &a);
	assert_int_equal(sum.max, 0);
	assert_int_equal(sum.nr, 0);
	hist__free(&a);
	hist__free(&b);
	hist__free(&sum);
}

static void max_is_lowered_to_its_bucket(void **state)
{
	struct hist later = {}, earlier = {};

	(void)state;
	hist__add(&earlier, 5000000);
	assert_int_equal(hist__copy(&later, &earlier), 0);
	hist__add(&later, 1000);
	hist__subtract(&later, &earlier);
	assert_int_equal(hist__count(&later), 1);
	assert_int_equal(later.max, hist__upper(hist__index(1000)) - 1);
	hist__free(&later);
	hist__free(&earlier);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void quantiles_are_within_6_25_percent(void **state)
{
	static const double quantiles[] = { 0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
	static uint64_t values[10000];
	const size_t n = sizeof(values) / sizeof(values[0]);
	uint64_t random = 42;
	struct hist h = {};

	(void)state;
	for (size_t i = 0; i < n; i++) {
		values[i] = next_duration(&random);
		hist__add(&h, values[i]);
	}
	qsort(values, n, sizeof(values[0]), by_value);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
		uint64_t exact = values[(size_t)(quantiles[i] * n + .5) - 1];
		uint64_t shown = hist__quantile(&h, quantiles[i]);

		assert_true(shown <= h.max);
		assert_true(shown >= 0.9375 * exact && shown <= 1.0625 * exact);
	}
	assert_int_equal(hist__index(hist__quantile(&h, 0)), hist__index(values[0]));
	hist__free(&h);
}

static void empty_has_no_figures(void **state)
{
	struct hist h = {};

	(void)state;
	assert_int_equal(hist__count(&h), 0);
	assert_int_equal(hist__total_ns(&h), 0);
	assert_true(hist__mean_ns(&h) == 0);
	assert_int_equal(hist__quantile(&h, .5), 0);
	hist__add(&h, 0);
	assert_int_equal(hist__count(&h), 1);
	assert_int_equal(hist__quantile(&h, .99), 0);
	hist__free(&h);
}

/* Events that were only counted: none stands for them yet, or they are in the paths around them. */
static void pending_and_owed_are_in_the_time(void **state)
{
	struct hist h = {};

	(void)state;
	assert_int_equal(hist__all_ns(&h), 0);
	for (int i = 0; i < 100; i++)
		hist__add(&h, 1000);
	assert_int_equal(hist__all_ns(&h), 100000);
	h.owed = 40000;
	assert_int_equal(hist__all_ns(&h), 60000);
	h.pending = 100;
	assert_int_equal(hist__all_ns(&h), 120000);
	h.pending = -50;
	assert_int_equal(hist__all_ns(&h), 30000);
	/* both are estimates: more may be owed than there is, and it is never less than none */
	h.owed = 100001;
	assert_int_equal(hist__all_ns(&h), 0);
	h.owed = 0;
	h.pending = -200;
	assert_int_equal(hist__all_ns(&h), 0);
	hist__free(&h);
}

#define RUNS   400
#define EVENTS 8000
#define EVERY  16

/* Latencies with a long tail; one of 16 is followed, and stands for those before it. */
static void follow_some(struct hist *all, struct hist *some, unsigned int *seed)
{
	for (unsigned int i = 0; i < EVENTS; i++) {
		const uint64_t ns = 20000 + exp(4 + 8.0 * rand_r(seed) / RAND_MAX);

		hist__add(all, ns);
		some->pending++;
		if (rand_r(seed) % EVERY)
			continue;
		for (uint64_t n = some->pending; n; n--)
			hist__add(some, ns);
		some->extra += some->pending - 1;
		some->pending = 0;
	}
}

static void some_stand_for_all_within_what_is_said(void **state)
{
	unsigned int mean_within = 0, p99_within = 0, seed = 1;

	(void)state;
	for (unsigned int run = 0; run < RUNS; run++) {
		struct hist all = {}, some = {};
		uint64_t p99;

		follow_some(&all, &some, &seed);
		p99 = hist__quantile(&all, .99);
		assert_int_equal(hist__count(&some), EVENTS);
		assert_in_range(hist__followed(&some), EVENTS / EVERY * .7, EVENTS / EVERY * 1.3);
		mean_within += fabs(hist__mean_ns(&some) - hist__mean_ns(&all)) <=
			       hist__mean_error_ns(&some);
		p99_within += hist__quantile_bound(&some, .99, -1) <= p99 &&
			      hist__quantile_bound(&some, .99, 1) >= p99;
		hist__free(&all);
		hist__free(&some);
	}
	assert_in_range(mean_within, .92 * RUNS, RUNS);
	assert_in_range(p99_within, .92 * RUNS, RUNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_adjoin),
		cmocka_unit_test(octaves_begin_at_powers_of_two),
		cmocka_unit_test(too_long_is_kept_in_the_last),
		cmocka_unit_test(midpoint_is_within_6_25_percent),
		cmocka_unit_test(buckets_are_in_order),
		cmocka_unit_test(a_copy_is_its_own),
		cmocka_unit_test(merge_and_subtract_are_exact),
		cmocka_unit_test(max_is_lowered_to_its_bucket),
		cmocka_unit_test(quantiles_are_within_6_25_percent),
		cmocka_unit_test(empty_has_no_figures),
		cmocka_unit_test(pending_and_owed_are_in_the_time),
		cmocka_unit_test(some_stand_for_all_within_what_is_said),
	};

	return cmocka_run_group_tests_name("hist", tests, NULL, NULL);
}
