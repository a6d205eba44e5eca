/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The buckets of histograms as columns of varints (recording/bytes.h): numbers of one kind beside each
 * other, which zlib packs better than a histogram after the other. Of each histogram, in this order:
 *
 *	index	how many buckets are in use; then of each, from fast to slow, how far its index is from
 *		the one before, and that of the first from 0
 *	count	of each bucket
 *	time	of each bucket in a total, of all of them together in an interval: the distance (zigzag)
 *		from the middle of what that many events of these buckets take
 *	max	the distance (zigzag) of the maximum from the last bucket's lower bound
 *
 * A single bucket's time is to the nanosecond and nothing foretells it: in a busy hour such times were
 * two thirds of all intervals. Nobody looks at them there, so intervals have their sum alone, which is
 * exact.
 */
#ifndef XT_RECORDING_BUCKETS_H
#define XT_RECORDING_BUCKETS_H

#include "model/hist.h"
#include "recording/bytes.h"

enum buckets_form {
	BUCKETS_TIMED,	/* with the time of each: a total's */
	BUCKETS_SUMMED, /* with that of all together: an interval's */
};

enum buckets_column { BUCKETS_INDEX, BUCKETS_COUNT, BUCKETS_TIME, BUCKETS_MAX, BUCKETS_COLUMNS };

bool buckets__empty(const struct hist *h);
/* What buckets__get() takes off the budget for it. */
size_t buckets__bytes(const struct hist *h);
void buckets__put(struct bytes columns[BUCKETS_COLUMNS], const struct hist *h,
		  enum buckets_form form);
/*
 * The next one, into an empty histogram; a column is marked bad if there is none. What was summed comes back with that
 * sum as the time of its first bucket. What it takes is taken off *budget, in bytes. Returns 0, -E2BIG
 * when that is spent, or -ENOMEM.
 */
int buckets__get(struct cursor columns[BUCKETS_COLUMNS], struct hist *h, enum buckets_form form,
		 size_t *budget);

/*
 * Give each bucket its part of the time of all, for what such histograms add up to: it is as far above
 * the least that its events can take, of what these can, as all together are. The parts add up to the
 * whole. When that is not possible, since the last reading was torn, times stay as they are.
 */
void buckets__share(struct hist *h);

#endif
