/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one operation costs on this guest, and the statistics behind it. */
#ifndef XT_MODEL_PRICE_H
#define XT_MODEL_PRICE_H

#include <stddef.h>

/*
 * Operations are timed in batches, the longest ones alone: the figures are of the batches' means.
 * An interrupt, or a vCPU taken away, so shows in p90_ns and leaves the median alone.
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

#endif
