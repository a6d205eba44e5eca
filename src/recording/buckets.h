/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The buckets of a histogram in as few bits as they hold, since most of a recording is made of
 * them. How many are not empty, then for each of those, from fast to slow:
 *
 *	how far it is from the one before	Elias gamma: 1 bit for the next one
 *	its count				Elias gamma: 1 bit for 1, 3 for 2 and 3, ...
 *	its time above count x lower bound	as many bits as count x width needs
 *
 * and at the end the maximum, as its distance from the last bucket's lower bound. The first bit of
 * all says that the times and the maximum are within their buckets' bounds. They may not be, when
 * the histogram was read while it grew: then they are written in full.
 */
#ifndef XT_RECORDING_BUCKETS_H
#define XT_RECORDING_BUCKETS_H

#include "model/hist.h"
#include "recording/bytes.h"

/* Nothing at all for an empty histogram. */
void buckets__put(struct bytes *out, const struct hist *h);
/* Into an empty histogram; marks the cursor bad if this is no histogram. */
void buckets__get(struct cursor *in, struct hist *h);

#endif
