// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/moments.h"

double moments__mean(const double *values, size_t nr)
{
	double sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += values[i];
	return sum / nr;
}

double moments__variance_of_mean(const double *values, size_t nr)
{
	double middle = moments__mean(values, nr), square = 0;

	for (size_t i = 0; i < nr; i++)
		square += (values[i] - middle) * (values[i] - middle);
	return square / (nr - 1) / nr;
}
