// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/drift.h"

#include <math.h>

#include "model/moments.h"

/* Sums of the products of each value's distance from the mean, with the last one's and with its own. */
static void add_products(const double *values, size_t nr, double *lagged, double *square)
{
	double middle = moments__mean(values, nr);

	for (size_t i = 0; i < nr; i++) {
		*square += (values[i] - middle) * (values[i] - middle);
		if (i)
			*lagged += (values[i] - middle) * (values[i - 1] - middle);
	}
}

double drift__of_neighbours(const double *x, size_t n, const double *y, size_t m)
{
	double lagged = 0, square = 0, r, nr = (n + m) / 2.0;

	add_products(x, n, &lagged, &square);
	add_products(y, m, &lagged, &square);
	if (!(square > 0) || nr < 4)
		return 1;
	/* Kendall: a series of nr values shows (1 + 3 r) / nr too little */
	r = (nr * lagged / square + 1) / (nr - 3);
	if (r > .95)
		r = .95;
	return r > 0 ? (1 + r) / (1 - r) : 1;
}

/* The variance of the mean, were there only the means of the parts. */
static double variance_by_parts(const double *values, size_t nr)
{
	double parts[DRIFT_PARTS];

	for (size_t i = 0; i < DRIFT_PARTS; i++) {
		size_t from = i * nr / DRIFT_PARTS, to = (i + 1) * nr / DRIFT_PARTS;

		parts[i] = moments__mean(values + from, to - from);
	}
	return moments__variance_of_mean(parts, DRIFT_PARTS);
}

double drift__of_parts(const double *x, size_t n, const double *y, size_t m)
{
	double independent;

	if (n < DRIFT_PARTS || m < DRIFT_PARTS)
		return -1;
	independent = moments__variance_of_mean(x, n) + moments__variance_of_mean(y, m);
	if (!(independent > 0))
		return -1;
	return (variance_by_parts(x, n) + variance_by_parts(y, m)) / independent;
}

double drift__of_whole(double all, double own, double nr)
{
	double drift = all;

	if (own >= 0)
		drift = (DRIFT_ALL_FREEDOM * all + DRIFT_OWN_FREEDOM * fmax(own, 1)) /
			DRIFT_FREEDOM;
	return nr > DRIFT_PARTS ? pow(drift, log(nr) / log(nr / DRIFT_PARTS)) : drift;
}
