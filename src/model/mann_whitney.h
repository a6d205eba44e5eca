/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ranks of two series among all their values, and how likely chance put them so. */
#ifndef XT_MODEL_MANN_WHITNEY_H
#define XT_MODEL_MANN_WHITNEY_H

#include "model/ranks.h"

struct ranking {
	double x[RANKS_MAX], y[RANKS_MAX]; /* in the order of time */
	size_t n, m;			   /* how many of each */
	double ties;			   /* sum of t^3 - t over the groups of t equal values */
};

/* As if all values of y were `scale` times as large. */
void ranking__make(struct ranking *out, const struct series *x, const struct series *y,
		   double scale);

/* The two-sided p-value, were all values independent. */
double ranking__chance(const struct ranking *ranking);

#endif
