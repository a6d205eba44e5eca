/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The buckets of a histogram in as few bits as they hold, since most of a recording is made of
 * them. How many are not empty, then for each of those, from fast to slow:
 *
 *	how far it is from the one before	Elias gamma: 1 bit for the next one
 *	its count				Rice, for one like that of its neighbour
 *	its time				of many events Rice, as the distance from the middle,
 *						where sums of many are; else above the least as
 *						many bits as count x width needs
 *
 * and at the end the maximum, as its distance from the last bucket's lower bound. The first bit of
 * all says that the times and the maximum are within their buckets' bounds. They may not be, when
 * the histogram was read while it grew: then they are written in full.
 *
 * Most of it is time, to the nanosecond, which nothing foretells. In version 1 the count was Elias
 * gamma, 1 bit for 1, 3 for 2 and 3, ..., and no time was told by the middle.
 */
#ifndef XT_RECORDING_BUCKETS_H
#define XT_RECORDING_BUCKETS_H

#include "model/hist.h"
#include "recording/bytes.h"

/* Bits from the lowest of a byte on; those of the next histogram follow without a gap. */
struct bit_writer {
	struct bytes *out;
	uint64_t value;
	unsigned int nr; /* of `value` that are not in `out` yet */
};

struct bit_reader {
	struct cursor in;
	uint64_t value;
	unsigned int nr; /* of `value` that were not asked for yet */
	bool version_1;
};

/* To whole bytes; without it some bits are missing. */
void bits__end(struct bit_writer *out);

bool buckets__empty(const struct hist *h);
void buckets__put(struct bit_writer *out, const struct hist *h);
/* Into an empty histogram; marks the reader's cursor bad if this is no histogram. */
void buckets__get(struct bit_reader *in, struct hist *h);

#endif
