// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/mann_whitney.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

/* Returns the ties. */
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

void ranking__make(struct ranking *out, const struct series *x, const struct series *y,
		   double scale)
{
	struct pooled all[2 * RANKS_MAX];
	size_t nr = 0;

	for (size_t i = 0; i < x->nr; i++)
		all[nr++] = (struct pooled) { .value = x->value[i], .at = i };
	for (size_t i = 0; i < y->nr; i++)
		all[nr++] = (struct pooled) { .value = y->value[i] * scale, .at = i, .is_y = true };
	out->n = x->nr;
	out->m = y->nr;
	out->ties = rank(all, nr);
	for (size_t i = 0; i < nr; i++)
		(all[i].is_y ? out->y : out->x)[all[i].at] = all[i].rank;
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

/* One-sided and exact. */
static double exact(double u, size_t n, size_t m)
{
	double below[RANKS_MAX * RANKS_MAX + 1];

	make_distribution(below, n, m);
	return below[(size_t)u];
}

/* For equal values by the normal distribution, with its continuity. */
static double normal(const struct ranking *r, double u)
{
	double nr = r->n + r->m, middle = r->n * r->m / 2.0;
	double variance = r->n * r->m / 12.0 * (nr + 1 - r->ties / (nr * (nr - 1)));

	if (!(variance > 0) || u > middle - .5)
		return .5;
	return erfc((middle - .5 - u) / sqrt(2 * variance)) / 2;
}

double ranking__chance(const struct ranking *ranking)
{
	double n = ranking->n, m = ranking->m, u = -m * (m + 1) / 2, p;

	for (size_t i = 0; i < ranking->m; i++)
		u += ranking->y[i];
	if (u > n * m / 2)
		u = n * m - u;
	p = 2 * (ranking->ties > 0 ? normal(ranking, u) : exact(u, n, m));
	return p < 1 ? p : 1;
}
