// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/statistics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define Z_95 1.959964 /* 95 % of a normal distribution are within so many standard deviations */

static int by_size(const void *a, const void *b)
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
	qsort(means, nr, sizeof(*means), by_size);
	price->min_ns = means[0];
	price->median_ns = percentile(means, nr, 50);
	price->p90_ns = percentile(means, nr, 90);
	price->batches = nr;
}

static double mean(const double *values, size_t nr)
{
	double sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += values[i];
	return sum / nr;
}

/* Of at least two values, were they independent. */
static double variance_of_mean(const double *values, size_t nr)
{
	double middle = mean(values, nr), square = 0;

	for (size_t i = 0; i < nr; i++)
		square += (values[i] - middle) * (values[i] - middle);
	return square / (nr - 1) / nr;
}

/* Drift. */

/* Add the products of each value's distance from the mean with the last one's and with itself. */
static void add_products(const double *values, size_t nr, double *lagged, double *square)
{
	double middle = mean(values, nr);

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

		parts[i] = mean(values + from, to - from);
	}
	return variance_of_mean(parts, DRIFT_PARTS);
}

double drift__of_parts(const double *x, size_t n, const double *y, size_t m)
{
	double independent;

	if (n < DRIFT_PARTS || m < DRIFT_PARTS)
		return -1;
	independent = variance_of_mean(x, n) + variance_of_mean(y, m);
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

/* Ranks, and how likely chance put them so. */

/* Both samples in one order. */
struct pooled {
	double value;
	size_t at;
	bool is_y;
	double rank; /* equal values share the mean of theirs */
};

static int by_value(const void *a, const void *b)
{
	return by_size(&((const struct pooled *)a)->value, &((const struct pooled *)b)->value);
}

/* Returns the ties. */
static double rank(struct pooled *all, size_t nr)
{
	double ties = 0;

	qsort(all, nr, sizeof(*all), by_value);
	for (size_t i = 0, end; i < nr; i = end) {
		for (end = i + 1; end < nr && !(all[end].value > all[i].value); end++)
			;
		for (size_t k = i; k < end; k++)
			all[k].rank = (i + 1 + end) / 2.0;
		ties += pow(end - i, 3) - (end - i);
	}
	return ties;
}

void ranking__make(struct ranking *out, const struct sample *x, const struct sample *y,
		   double scale)
{
	struct pooled all[2 * SAMPLE_MAX];
	size_t nr = 0;

	for (size_t i = 0; i < x->nr; i++)
		all[nr++] = (struct pooled) { .value = x->value[i], .at = i };
	for (size_t i = 0; i < y->nr; i++)
		all[nr++] = (struct pooled) { .value = y->value[i] * scale, .at = i, .is_y = true };
	out->n = x->nr;
	out->m = y->nr;
	out->ties = rank(all, nr);
	for (size_t i = 0; i < nr; i++)
		(all[i].is_y ? out->y : out->x)[all[i].at] = all[i].rank;
}

/*
 * How many of the orders of n and m values have the statistic u, for u up to n * m: the
 * coefficients of the Gaussian binomial, product of (1 - q^(m+i)) / (1 - q^i). Then their sums, as
 * shares.
 */
static void make_distribution(double *below, size_t n, size_t m)
{
	size_t nr = n * m + 1;
	double sum = 0;

	memset(below, 0, nr * sizeof(*below));
	below[0] = 1;
	for (size_t i = 1; i <= n; i++) {
		for (size_t u = nr; u-- > m + i;)
			below[u] -= below[u - m - i];
		for (size_t u = i; u < nr; u++)
			below[u] += below[u - i];
	}
	for (size_t u = 0; u < nr; u++)
		sum += below[u];
	for (size_t u = 0; u < nr; u++)
		below[u] = below[u] / sum + (u ? below[u - 1] : 0);
}

/* One-sided and exact. */
static double exact(double u, size_t n, size_t m)
{
	double below[SAMPLE_MAX * SAMPLE_MAX + 1];

	make_distribution(below, n, m);
	return below[(size_t)u];
}

/* With equal values there is no exact table: the normal distribution, corrected for continuity. */
static double normal(const struct ranking *r, double u)
{
	double nr = r->n + r->m, middle = r->n * r->m / 2.0;
	double variance = r->n * r->m / 12.0 * (nr + 1 - r->ties / (nr * (nr - 1)));

	if (!(variance > 0) || u > middle - .5)
		return .5;
	return erfc((middle - .5 - u) / sqrt(2 * variance)) / 2;
}

double ranking__chance(const struct ranking *ranking)
{
	double n = ranking->n, m = ranking->m, u = -m * (m + 1) / 2, p;

	for (size_t i = 0; i < ranking->m; i++)
		u += ranking->y[i];
	if (u > n * m / 2)
		u = n * m - u;
	p = 2 * (ranking->ties > 0 ? normal(ranking, u) : exact(u, n, m));
	return p < 1 ? p : 1;
}

/* By how much one sample is larger: the median ratio of all pairs of values. */

struct shift {
	double ratio;	  /* y / x; one value that is far off does not move it */
	double low, high; /* it is between them, with 95 % confidence */
	double errors;	  /* how many standard errors its logarithm is from 0; may be INFINITY */
};

static bool is_positive(const struct sample *sample)
{
	for (size_t i = 0; i < sample->nr; i++)
		if (!(sample->value[i] > 0))
			return false;
	return true;
}

/* How many of the sorted pairs chance may put beyond the interval, at either end. */
static size_t left_out(double n, double m, double inflation)
{
	double nr = n * m / 2 - Z_95 * sqrt(inflation * n * m * (n + m + 1) / 12);

	return nr > 0 ? nr : 0;
}

/*
 * The variance of the difference is `inflation` times that of independent values. Returns false
 * where some values are 0: then there is no ratio.
 */
static bool shift__measure(struct shift *out, const struct sample *x, const struct sample *y,
			   double inflation)
{
	double pairs[SAMPLE_MAX * SAMPLE_MAX], width, inner;
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
	 * A widened interval may reach beyond the last pair. So its width is that of the interval
	 * for independent values, times the inflation.
	 */
	k = left_out(x->nr, y->nr, 1);
	width = log(pairs[nr - 1 - k] / pairs[k]) * sqrt(inflation);
	/* where values jump between two levels the interval is lopsided: take its side towards 1 */
	inner = log(out->ratio > 1 ? out->ratio / out->low : out->high / out->ratio);
	out->errors = Z_95 * fabs(log(out->ratio)) / fmax(width / 2, inner);
	return true;
}

/* All of it together. */

double sample__drift(const struct sample *x, const struct sample *y)
{
	struct ranking ranking;
	struct shift shift;
	double scale = 1;

	/* rescale first: a shift would push all ranks of one sample to the end */
	if (shift__measure(&shift, x, y, 1))
		scale = 1 / shift.ratio;
	ranking__make(&ranking, x, y, scale);
	return drift__of_parts(ranking.x, ranking.n, ranking.y, ranking.m);
}

/* The z that this share of a standard normal distribution is above. */
static double z_of(double share)
{
	double low = 0, high = 40;

	for (int i = 0; i < 60; i++) {
		double z = (low + high) / 2;

		if (erfc(z / sqrt(2)) / 2 > share)
			low = z;
		else
			high = z;
	}
	return low;
}

/*
 * Student's t beyond +-t, of DRIFT_FREEDOM degrees, an even number: Abramowitz and Stegun 26.7.4.
 * The tails are longer than the normal distribution's: beyond 6 it is once in 30,000 times.
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

static bool is_nothing(const struct sample *sample)
{
	for (size_t i = 0; i < sample->nr; i++)
		if (sample->value[i] > 0)
			return false;
	return true;
}

/*
 * Something is in no ratio to nothing. Where only one sample has anything, the answer is how many
 * standard errors its mean is above 0; else 0.
 */
static double errors_above_nothing(const struct sample *x, const struct sample *y, double inflation)
{
	const struct sample *all = is_nothing(x) ? y : x;

	if (is_nothing(x) == is_nothing(y) || all->nr < 2)
		return 0;
	return mean(all->value, all->nr) / sqrt(inflation * variance_of_mean(all->value, all->nr));
}

void sample__compare(struct comparison *out, const struct sample *x, const struct sample *y,
		     double drift)
{
	struct ranking ranking;
	struct shift shift;
	double inflation, errors;

	ranking__make(&ranking, x, y, 1);
	inflation = fmax(drift__of_neighbours(ranking.x, ranking.n, ranking.y, ranking.m),
			 drift__of_whole(drift, sample__drift(x, y), (x->nr + y->nr) / 2.));
	errors = fmax(z_of(ranking__chance(&ranking) / 2) / sqrt(inflation),
		      errors_above_nothing(x, y, inflation));
	*out = (struct comparison) {};
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

double statistics__bound(double *p, size_t nr, double alpha)
{
	double bound = 0;

	qsort(p, nr, sizeof(*p), by_size);
	for (size_t i = 0; i < nr && p[i] <= alpha / (nr - i); i++)
		bound = p[i];
	return bound;
}
