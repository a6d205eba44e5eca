/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Is one series larger than another? The Mann-Whitney test asks how often a value of the one is
 * above a value of the other, so that it needs no normal distribution, which latencies have not,
 * and one interval with a flush of 2 s in it is no more than one that was slow.
 *
 * It takes values for independent, but an interval resembles the one before it: what drifts has a
 * larger standard error, see model/drift.h. Ranks are all on one side at most: where the one series is
 * above the other by many times its noise, or above the other's nothing, it is that which is taken.
 * Whichever it is, how many standard errors are chance is asked of Student's t, since the drift is not
 * known but measured.
 */
#ifndef XT_MODEL_RANKS_H
#define XT_MODEL_RANKS_H

#include <stddef.h>

/* The most values that a series may have. */
#define RANKS_MAX 32

/* Values in the order of time, none below 0. */
struct series {
	double value[RANKS_MAX];
	size_t nr;
};

struct ranked {
	double p; /* two-sided, of there being no difference */
	/* The ratio y / x by Hodges and Lehmann, the median of all pairs': 0 unless all are above 0. */
	double ratio;
	double low, high; /* it is between them, with 95 % confidence */
};

/* Both must have values. drift__of_parts() of their ranks, with their difference taken out. */
double ranks__drift(const struct series *x, const struct series *y);
/* `drift` is the mean ranks__drift() of all series that are compared together, at least 1. */
void ranks__compare(struct ranked *out, const struct series *x, const struct series *y,
		    double drift);

/*
 * Holm's correction: of nr tests with these p-values, which may be believed so that all of them
 * together go wrong in a share `alpha` of cases? Returns the largest p that may.
 */
double ranks__bound(double *p, size_t nr, double alpha);

#endif
