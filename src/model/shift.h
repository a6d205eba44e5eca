/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * By how much values of one series are larger than another's, by Hodges and Lehmann: the median ratio
 * of all pairs of them, which one that is far off does not move.
 */
#ifndef XT_MODEL_SHIFT_H
#define XT_MODEL_SHIFT_H

#include <stdbool.h>

#include "model/ranks.h"

struct shift {
	double ratio;	  /* y / x */
	double low, high; /* it is between them, with 95 % confidence */
	/*
	 * How many times its standard error the ratio's logarithm is away from 0, INFINITY where there
	 * is no error. Unlike ranks, which are all on one side at most, it tells far apart from just
	 * apart.
	 */
	double errors;
};

/*
 * Both must have values; the variance of their difference is `inflation` times that of independent
 * ones. Returns false where some are 0: then there is no ratio.
 */
bool shift__measure(struct shift *out, const struct series *x, const struct series *y,
		    double inflation);

#endif
