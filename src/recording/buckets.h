/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The buckets of a histogram in as few bits as they hold, since most of a recording is made of
 * them. How many are not empty, then for each of those, from fast to slow:
 *
 *	how far it is from the one before	Elias gamma: 1 bit for the next one
 *	its count				Rice, for one like that of its neighbour
 *	its time, in a total			see below
 *
 * then, in an interval, the time of all of them together; and at the end the maximum, as its distance
 * from the last bucket's lower bound. The first bit of all says that the times and the maximum are
 * within their buckets' bounds. They may not be, when the histogram was read while it grew: then
 * counts and times are written in full.
 *
 * A time is, of many events, Rice: its distance from the middle, where sums of many are; else what
 * it is above the least, in as many bits as count x width needs. That is to the nanosecond, and nothing
 * foretells it: times of each bucket were two thirds of a busy hour's intervals. Nobody looks at them
 * there, so these have their sum alone, which is exact.
 *
 * Version 1 had the count in Elias gamma and no time by the middle, 2 the times of each in intervals.
 */
#ifndef XT_RECORDING_BUCKETS_H
#define XT_RECORDING_BUCKETS_H

#include "model/hist.h"
#include "recording/bits.h"

enum buckets_form {
	BUCKETS_TIMED,	   /* with the time of each: a total's */
	BUCKETS_SUMMED,	   /* with that of all together: an interval's */
	BUCKETS_VERSION_1, /* read only */
};

bool buckets__empty(const struct hist *h);
void buckets__put(struct bit_writer *out, const struct hist *h, enum buckets_form form);
/*
 * Into an empty histogram; marks the reader's cursor bad if this is no histogram. What was summed
 * comes back with that sum as the time of its first bucket.
 */
void buckets__get(struct bit_reader *in, struct hist *h, enum buckets_form form);

/*
 * Give each bucket its part of the time of all, for what such histograms add up to: it is as far above
 * the least that its events can take, of what these can, as all together are. The parts add up to the
 * whole. When that is not possible, since the last reading was torn, times stay as they are.
 */
void buckets__share(struct hist *h);

#endif
