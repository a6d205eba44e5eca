/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Statistics of repeated measurements: what an operation costs, and whether one sample is larger
 * than another.
 *
 * The Mann-Whitney test asks how often a value of one sample is above a value of the other. It
 * needs no normal distribution, which latencies do not have, and one interval with a flush of 2 s
 * in it counts as no more than one slow interval. Two things have to be added to it:
 *
 * - It takes values for independent, but an interval resembles the one before it. What drifts has a
 *   larger standard error: see "Drift" below.
 * - Ranks tell at most that all values of one sample are above all of the other. Where one is above
 *   the other by many times its noise, or the other is nothing at all, the distance counts instead.
 *
 * The drift is measured and not known, so errors are turned into chances by Student's t.
 */
#ifndef XT_MODEL_STATISTICS_H
#define XT_MODEL_STATISTICS_H

#include <stddef.h>

/*
 * What one operation costs. Operations are timed in batches, the longest ones alone, and the
 * figures are of the batches' means: an interrupt, or a vCPU taken away, shows in p90_ns and leaves
 * the median alone.
 */
struct price {
	const char *name;
	double min_ns, median_ns, p90_ns; /* an operation */
	unsigned int batches;
	unsigned int runs;   /* operations in all batches */
	const char *how;     /* what was timed, and who serves it */
	const char *why_not; /* NULL: measured; else all figures are 0 */
};

/* Take the figures from the mean of each batch, at least one; sorts them. */
void price__settle(struct price *price, double *means, unsigned int nr);

/* The most values that a sample may have. */
#define SAMPLE_MAX 32

/* Values in the order of time, none below 0. */
struct sample {
	double value[SAMPLE_MAX];
	size_t nr;
};

struct comparison {
	double p; /* two-sided, of there being no difference */
	/* y / x by Hodges and Lehmann, the median ratio of all pairs; 0: some values are 0 */
	double ratio;
	double low, high; /* the ratio is between them, with 95 % confidence */
};

/* Both must have values. drift__of_parts() of their ranks, with their difference taken out. */
double sample__drift(const struct sample *x, const struct sample *y);
/* `drift` is the mean sample__drift() of all samples that are compared together, at least 1. */
void sample__compare(struct comparison *out, const struct sample *x, const struct sample *y,
		     double drift);

/*
 * Holm's correction: of nr tests with these p-values, which may be believed if all of them together
 * are to go wrong in a share `alpha` of cases? Returns the largest p that may; sorts them.
 */
double statistics__bound(double *p, size_t nr, double alpha);

/* The ranks of two samples among all their values. */
struct ranking {
	double x[SAMPLE_MAX], y[SAMPLE_MAX]; /* in the order of time */
	size_t n, m;			     /* how many of each */
	double ties;			     /* sum of t^3 - t over the groups of t equal values */
};

/* As if all values of y were `scale` times as large. */
void ranking__make(struct ranking *out, const struct sample *x, const struct sample *y,
		   double scale);
/* The two-sided p-value of the Mann-Whitney test, were all values independent. */
double ranking__chance(const struct ranking *ranking);

/*
 * Drift: two samples of slow changes prove less than as many independent values would, since a
 * batch resembles the one before it. Each of the answers below is the factor by which that widens a
 * variance.
 *
 * Neighbours show what fades within a few batches. An autocorrelation r makes the factor (1 + r) /
 * (1 - r), as in Hamed and Rao's trend test. On a busy machine that is too little: its noise is of
 * all lengths, nearly as large between minutes as between seconds, so that the means of longer
 * parts hardly agree better. Recordings made one after the other differ by twice the variance that
 * neighbours suggest.
 *
 * So the means of long parts, a third of each sample, are compared too: how far apart are they, and
 * how far apart should they be? Three means say little. But what drifts, the load of the host or of
 * the guest, drifts in many paths at once, so the answers of all paths are averaged, once for
 * counts and once for times. A path that drifts more than the others, since the scheduler moved its
 * work for half a minute, also counts by itself, with the small weight that three means have. This
 * is a moderated variance, like Smyth's for thousands of genes that are measured a few times each.
 *
 * Thirds are measured, but whole recordings are compared. Noise of all lengths keeps growing with
 * the length: it grew by a factor from a batch to a third, and is taken to grow by the same power
 * of the length from a third to the whole. A difference that lasts for a whole recording and is
 * another one in the next cannot be seen in either of them.
 */
#define DRIFT_PARTS 3

/*
 * How well drift is known: the degrees of freedom of what all paths say together, which are fewer
 * than there are paths, since they drift together, and of what one path says. These values judged
 * best twenty pairs of equal recordings of a busy machine, twenty of a calm one and twenty of a
 * guest.
 */
#define DRIFT_ALL_FREEDOM 12
#define DRIFT_OWN_FREEDOM 2
#define DRIFT_FREEDOM	  (DRIFT_ALL_FREEDOM + DRIFT_OWN_FREEDOM)

/* Values in the order of time; n and m of them. At least 1. */
double drift__of_neighbours(const double *x, size_t n, const double *y, size_t m);
/* About 1 where nothing drifts; less than 0: too few values, or all the same, say nothing. */
double drift__of_parts(const double *x, size_t n, const double *y, size_t m);
/*
 * The factor for whole samples of `nr` values, from those of parts: that of all paths, at least 1,
 * and the path's own, less than 0 where it says nothing.
 */
double drift__of_whole(double all, double own, double nr);

#endif
