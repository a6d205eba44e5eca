// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/ranks.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "model/drift.h"
#include "model/mann_whitney.h"
#include "model/moments.h"
#include "model/shift.h"

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * Student's t beyond +-t, of DRIFT_FREEDOM degrees, an even number: Abramowitz and Stegun 26.7.4. The
 * tails are longer than the normal distribution's: beyond 6 it is once in 30,000 times.
 */
static double student(double t)
{
	double angle = atan(t / sqrt(DRIFT_FREEDOM)), term = 1, sum = 1;

	for (unsigned int i = 1; i < DRIFT_FREEDOM / 2; i++) {
		term *= (2. * i - 1) / (2 * i) * cos(angle) * cos(angle);
		sum += term;
	}
	return fmax(1 - sin(angle) * sum, 0);
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

double ranks__drift(const struct series *x, const struct series *y)
{
	struct ranking ranking;
	struct shift shift;
	double scale = 1;

	/* a difference between the series would move all ranks of one to one end: take it out first */
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
	double inflation, errors;

	ranking__make(&ranking, x, y, 1);
	inflation = fmax(drift__of_neighbours(ranking.x, ranking.n, ranking.y, ranking.m),
			 drift__of_whole(drift, ranks__drift(x, y), (x->nr + y->nr) / 2.));
	errors = fmax(z_of(ranking__chance(&ranking) / 2) / sqrt(inflation),
		      errors_above_nothing(x, y, inflation));
	*out = (struct ranked) {};
	if (shift__measure(&shift, x, y, inflation)) {
		out->ratio = shift.ratio;
		out->low = shift.low;
		out->high = shift.high;
		/* equal values, as of small counts, have no width to compare a shift with */
		if (!(ranking.ties > 0))
			errors = fmax(errors, shift.errors);
	}
	out->p = student(errors);
}

double ranks__bound(double *p, size_t nr, double alpha)
{
	double bound = 0;

	qsort(p, nr, sizeof(*p), by_size);
	for (size_t i = 0; i < nr && p[i] <= alpha / (nr - i); i++)
		bound = p[i];
	return bound;
}
