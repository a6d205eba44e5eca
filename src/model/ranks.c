// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/ranks.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "model/drift.h"
#include "model/mann_whitney.h"
#include "model/moments.h"
#include "model/shift.h"

/*
 * How well drift is known: from the parts of two series that is 4 degrees of freedom, from many paths
 * it is more, though not as many times more as there are paths, since they drift together.
 */
#define FREEDOM 6

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * Student's t beyond +-t, of an even number of degrees of freedom: Abramowitz and Stegun 26.7.4. Its
 * tails are long: six degrees are beyond 8 once in 5,000 times.
 */
static double student(double t, unsigned int freedom)
{
	double angle = atan(t / sqrt(freedom)), term = 1, sum = 1;

	for (unsigned int i = 1; i < freedom / 2; i++) {
		term *= (2. * i - 1) / (2 * i) * cos(angle) * cos(angle);
		sum += term;
	}
	return 1 - sin(angle) * sum;
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

/* A two-sided chance, were the variance so many times as large. */
static double widen(double p, double inflation)
{
	return 2 * share_above(z_of(p / 2) / sqrt(inflation));
}

double ranks__drift(const struct series *x, const struct series *y)
{
	struct ranking ranking;
	struct shift shift;
	double scale = 1;

	/* a difference between the series has moved all ranks to two ends: without it */
	if (shift__measure(&shift, x, y, 1))
		scale = 1 / shift.ratio;
	ranking__make(&ranking, x, y, scale);
	return drift__of_parts(ranking.x, ranking.n, ranking.y, ranking.m);
}

static bool is_nothing(const struct series *series)
{
	for (size_t i = 0; i < series->nr; i++)
		if (series->value[i] > 0)
			return false;
	return true;
}

/*
 * What only the one series has is in no ratio to the other's nothing: how many times its standard error
 * is its mean above 0? 0 where both have something, or neither has.
 */
static double errors_above_nothing(const struct series *x, const struct series *y, double inflation)
{
	const struct series *all = is_nothing(x) ? y : x;
	double variance;

	if (is_nothing(x) == is_nothing(y) || all->nr < 2)
		return 0;
	variance = inflation * moments__variance_of_mean(all->value, all->nr);
	return moments__mean(all->value, all->nr) / sqrt(variance);
}

void ranks__compare(struct ranked *out, const struct series *x, const struct series *y,
		    double drift)
{
	struct ranking ranking;
	struct shift shift;
	double neighbours, inflation, p;

	ranking__make(&ranking, x, y, 1);
	neighbours = drift__of_neighbours(ranking.x, ranking.n, ranking.y, ranking.m);
	inflation = fmax(neighbours, drift);
	*out = (struct ranked) {
		.p = fmax(widen(ranking__chance(&ranking, 1), neighbours),
			  ranking__chance(&ranking, drift)),
	};
	p = student(errors_above_nothing(x, y, inflation), FREEDOM);
	out->p = fmin(out->p, fmax(p, 0));
	if (!shift__measure(&shift, x, y, inflation))
		return;
	out->ratio = shift.ratio;
	out->low = shift.low;
	out->high = shift.high;
	/* equal values, as of small counts, have no width to compare a shift with */
	p = ranking.ties > 0 ? 1 : student(shift.errors, FREEDOM);
	if (p < out->p)
		out->p = p > 0 ? p : 0;
}

double ranks__bound(double *p, size_t nr, double alpha)
{
	double bound = 0;

	qsort(p, nr, sizeof(*p), by_size);
	for (size_t i = 0; i < nr && p[i] <= alpha / (nr - i); i++)
		bound = p[i];
	return bound;
}
