// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/price.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The nearest rank: the smallest value with `percent` of all at or below it; always one of them. */
static double percentile(const double *sorted, unsigned int nr, unsigned int percent)
{
	return sorted[((size_t)nr * percent + 99) / 100 - 1];
}

void price__settle(struct price *price, double *means, unsigned int nr)
{
	qsort(means, nr, sizeof(*means), by_value);
	price->min_ns = means[0];
	price->median_ns = percentile(means, nr, 50);
	price->p90_ns = percentile(means, nr, 90);
	price->batches = nr;
}
