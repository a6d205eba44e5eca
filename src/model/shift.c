// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/shift.h"

#include <math.h>
#include <stdlib.h>

#define Z_95 1.959964 /* 95 % of a normal distribution are within so many standard deviations */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool is_positive(const struct series *series)
{
	for (size_t i = 0; i < series->nr; i++)
		if (!(series->value[i] > 0))
			return false;
	return true;
}

/* As many of all pairs, in order, are left out at either end as chance may put there. */
static size_t left_out(double n, double m, double inflation)
{
	double nr = n * m / 2 - Z_95 * sqrt(inflation * n * m * (n + m + 1) / 12);

	return nr > 0 ? nr : 0;
}

bool shift__measure(struct shift *out, const struct series *x, const struct series *y,
		    double inflation)
{
	double pairs[RANKS_MAX * RANKS_MAX], width, inner;
	size_t nr = 0, k;

	*out = (struct shift) {};
	if (!is_positive(x) || !is_positive(y))
		return false;
	for (size_t i = 0; i < x->nr; i++)
		for (size_t j = 0; j < y->nr; j++)
			pairs[nr++] = y->value[j] / x->value[i];
	qsort(pairs, nr, sizeof(*pairs), by_size);
	k = left_out(x->nr, y->nr, inflation);
	out->ratio = (pairs[(nr - 1) / 2] + pairs[nr / 2]) / 2;
	out->low = pairs[k];
	out->high = pairs[nr - 1 - k];
	/*
	 * A widened interval may reach beyond the last pair. So its width is that of the interval for
	 * independent values, times the inflation.
	 */
	k = left_out(x->nr, y->nr, 1);
	width = log(pairs[nr - 1 - k] / pairs[k]) * sqrt(inflation);
	/* where values jump between two levels the interval is lopsided: take its side towards 1 */
	inner = log(out->ratio > 1 ? out->ratio / out->low : out->high / out->ratio);
	out->errors = Z_95 * fabs(log(out->ratio)) / fmax(width / 2, inner);
	return true;
}
