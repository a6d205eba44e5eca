// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/ranks.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS_MAX  (RANKS_MAX * RANKS_MAX)
#define CONFIDENCE 0.95

/* Both series in one order. */
struct pooled {
	double value;
	size_t at;
	bool is_y;
	double rank; /* equal values share the mean of theirs */
};

static int by_value(const void *a, const void *b)
{
	double x = ((const struct pooled *)a)->value, y = ((const struct pooled *)b)->value;

	return (x > y) - (x < y);
}

static int by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Ranks, and the sum of t^3 - t over the groups of t equal values. */
static double rank(struct pooled *all, size_t nr)
{
	double ties = 0;

	qsort(all, nr, sizeof(*all), by_value);
	for (size_t i = 0, end; i < nr; i = end) {
		for (end = i + 1; end < nr && !(all[end].value > all[i].value); end++)
			;
		for (size_t k = i; k < end; k++)
			all[k].rank = (i + 1 + end) / 2.0;
		ties += pow(end - i, 3) - (end - i);
	}
	return ties;
}

/*
 * How many of the orders of n and m values have the statistic u, for u up to n * m: the coefficients
 * of the Gaussian binomial, product of (1 - q^(m+i)) / (1 - q^i). Then their sums, as shares.
 */
static void make_distribution(double *below, size_t n, size_t m)
{
	size_t nr = n * m + 1;
	double sum = 0;

	memset(below, 0, nr * sizeof(*below));
	below[0] = 1;
	for (size_t i = 1; i <= n; i++) {
		for (size_t u = nr; u-- > m + i;)
			below[u] -= below[u - m - i];
		for (size_t u = i; u < nr; u++)
			below[u] += below[u - i];
	}
	for (size_t u = 0; u < nr; u++)
		sum += below[u];
	for (size_t u = 0; u < nr; u++)
		below[u] = below[u] / sum + (u ? below[u - 1] : 0);
}

/* The standard normal's: share above z, and the z that a share is above. */
static double share_above(double z)
{
	return erfc(z / sqrt(2)) / 2;
}

static double z_of(double share)
{
	double low = 0, high = 40;

	for (int i = 0; i < 60; i++) {
		double z = (low + high) / 2;

		if (share_above(z) > share)
			low = z;
		else
			high = z;
	}
	return low;
}

static void add_products(const double *ranks, size_t nr, double *lagged, double *square)
{
	double mean = 0;

	for (size_t i = 0; i < nr; i++)
		mean += ranks[i] / nr;
	for (size_t i = 0; i < nr; i++) {
		*square += (ranks[i] - mean) * (ranks[i] - mean);
		if (i)
			*lagged += (ranks[i] - mean) * (ranks[i - 1] - mean);
	}
}

/* By how much the variance is larger than that of independent values; at least 1. */
static double inflation(const struct pooled *all, size_t n, size_t m)
{
	double ranks[2][RANKS_MAX], lagged = 0, square = 0, r, nr = (n + m) / 2.0;

	for (size_t i = 0; i < n + m; i++)
		ranks[all[i].is_y][all[i].at] = all[i].rank;
	add_products(ranks[0], n, &lagged, &square);
	add_products(ranks[1], m, &lagged, &square);
	if (!(square > 0) || nr < 4)
		return 1;
	/* Kendall: a series of nr values shows (1 + 3 r) / nr too little */
	r = (nr * lagged / square + 1) / (nr - 3);
	if (r > .95)
		r = .95;
	return r > 0 ? (1 + r) / (1 - r) : 1;
}

/* One-sided: exact, or for equal values by the normal distribution, with its continuity. */
static double chance(double u, double ties, const double *below, size_t n, size_t m)
{
	double nr = n + m, spread = sqrt(n * m / 12.0 * (nr + 1 - ties / (nr * (nr - 1))));
	double middle = n * m / 2.0;

	if (u > middle)
		u = 2 * middle - u;
	if (!(ties > 0))
		return below[(size_t)u] < .5 ? below[(size_t)u] : .5;
	if (!(spread > 0) || u > middle - .5)
		return .5;
	return share_above((middle - .5 - u) / spread);
}

/*
 * The ratios of all pairs, in order: as many from either end as chance may put there are left out.
 */
static void bound_ratio(struct ranked *out, const struct series *x, const struct series *y,
			double widened)
{
	double ratios[PAIRS_MAX];
	double n = x->nr, m = y->nr, z = z_of((1 - CONFIDENCE) / 2) * sqrt(widened), out_of;
	size_t nr = 0, k;

	for (size_t i = 0; i < x->nr; i++)
		for (size_t j = 0; j < y->nr; j++)
			ratios[nr++] = y->value[j] / x->value[i];
	qsort(ratios, nr, sizeof(*ratios), by_double);
	out_of = n * m / 2 - z * sqrt(n * m * (n + m + 1) / 12);
	k = out_of > 0 ? out_of : 0;
	out->ratio = (ratios[(nr - 1) / 2] + ratios[nr / 2]) / 2;
	out->low = ratios[k];
	out->high = ratios[nr - 1 - k];
}

void ranks__compare(struct ranked *out, const struct series *x, const struct series *y)
{
	double below[PAIRS_MAX + 1];
	struct pooled all[2 * RANKS_MAX];
	double ties, sum = 0, widened, p;
	bool positive = true;
	size_t nr = 0;

	for (size_t i = 0; i < x->nr; i++)
		all[nr++] = (struct pooled) { .value = x->value[i], .at = i };
	for (size_t i = 0; i < y->nr; i++)
		all[nr++] = (struct pooled) { .value = y->value[i], .at = i, .is_y = true };
	for (size_t i = 0; i < nr; i++)
		positive &= all[i].value > 0;
	ties = rank(all, nr);
	for (size_t i = 0; i < nr; i++)
		sum += all[i].is_y ? all[i].rank : 0;
	make_distribution(below, x->nr, y->nr);
	p = chance(sum - y->nr * (y->nr + 1) / 2.0, ties, below, x->nr, y->nr);
	widened = inflation(all, x->nr, y->nr);
	p = 2 * share_above(z_of(p) / sqrt(widened));
	*out = (struct ranked) { .p = p < 1 ? p : 1 };
	if (positive)
		bound_ratio(out, x, y, widened);
}

double ranks__bound(double *p, size_t nr, double alpha)
{
	double bound = 0;

	qsort(p, nr, sizeof(*p), by_double);
	for (size_t i = 0; i < nr && p[i] <= alpha / (nr - i); i++)
		bound = p[i];
	return bound;
}
