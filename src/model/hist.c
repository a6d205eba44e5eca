// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/hist.h"

#include <math.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* 95 % of a normal distribution are at most so many standard deviations from its mean. */
#define NORMAL_95 1.96
/*
 * An event that is followed stands for all that ended since the last one that was: its weight. The
 * weights vary as the gaps of a random process do, and so the variance is twice that of equal ones.
 */
#define UNEVEN 2

/*
 * 1000 ns: top bit 9, the three bits below it 111 -> (9 - 2) * 8 + 7 = 63, which holds
 * [960, 1024).
 */
unsigned int hist__index(uint64_t ns)
{
	unsigned int octave, index;

	if (ns < HIST_SUBS)
		return ns;
	octave = 63 - __builtin_clzll(ns);
	index = (octave - HIST_SUB_BITS + 1) * HIST_SUBS +
		((ns >> (octave - HIST_SUB_BITS)) & (HIST_SUBS - 1));
	return index < HIST_BUCKETS ? index : HIST_BUCKETS - 1;
}

void hist__free(struct hist *h)
{
	free(h->bucket);
	*h = (struct hist) {};
}

int hist__copy(struct hist *to, const struct hist *from)
{
	*to = *from;
	to->bucket = NULL;
	to->room = from->nr;
	if (!from->nr)
		return 0;
	to->bucket = malloc(from->nr * sizeof(*to->bucket));
	if (!to->bucket) {
		*to = (struct hist) {};
		return -ENOMEM;
	}
	memcpy(to->bucket, from->bucket, from->nr * sizeof(*to->bucket));
	return 0;
}

int hist__reserve(struct hist *h, unsigned int nr)
{
	struct hist_bucket *more;

	if (nr <= h->room)
		return 0;
	more = realloc(h->bucket, nr * sizeof(*more));
	if (!more)
		return -ENOMEM;
	h->bucket = more;
	h->room = nr;
	return 0;
}

/* Growth by doubling: many come one by one. */
static int make_room(struct hist *h, unsigned int nr)
{
	if (nr <= h->room)
		return 0;
	return hist__reserve(h, nr > 2 * h->room ? nr : 2 * h->room);
}

/* The place of the bucket of this index, or where it would be. */
static unsigned int find(const struct hist *h, unsigned int index)
{
	unsigned int low = 0, high = h->nr;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (h->bucket[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct hist_bucket *hist__use(struct hist *h, unsigned int index)
{
	unsigned int at = find(h, index);

	if (at < h->nr && h->bucket[at].index == index)
		return &h->bucket[at];
	if (make_room(h, h->nr + 1))
		return NULL;
	memmove(&h->bucket[at + 1], &h->bucket[at], (h->nr - at) * sizeof(*h->bucket));
	h->nr++;
	h->bucket[at] = (struct hist_bucket) { .index = index };
	return &h->bucket[at];
}

struct hist_sum hist__sum(const struct hist *h)
{
	struct hist_sum sum = {};

	for (unsigned int i = 0; i < h->nr; i++) {
		sum.count += h->bucket[i].count;
		sum.ns += h->bucket[i].ns;
	}
	return sum;
}

uint64_t hist__count(const struct hist *h)
{
	return hist__sum(h).count + h->pending;
}

uint64_t hist__followed(const struct hist *h)
{
	return hist__sum(h).count - h->extra;
}

uint64_t hist__total_ns(const struct hist *h)
{
	return hist__sum(h).ns;
}

uint64_t hist__all_ns(const struct hist *h)
{
	const struct hist_sum sum = hist__sum(h);
	const int64_t own = sum.ns - h->owed, count = hist__count(h);

	/* both are estimates where not all were timed */
	if (own <= 0 || !sum.count || count <= 0)
		return 0;
	return h->pending ? (double)own * count / sum.count : own;
}

uint64_t hist__share_ns(const struct hist *h, uint64_t some_ns, uint64_t all_ns)
{
	const uint64_t total = hist__total_ns(h);

	return total ? (unsigned __int128)some_ns * all_ns / total : 0;
}

double hist__mean_ns(const struct hist *h)
{
	struct hist_sum sum = hist__sum(h);

	return sum.count ? (double)sum.ns / sum.count : 0;
}

static uint64_t middle(unsigned int index)
{
	return hist__lower(index) + (hist__upper(index) - hist__lower(index)) / 2;
}

/* By the buckets' midpoints: a recording leaves out the time in each bucket of an interval. */
double hist__mean_error_ns(const struct hist *h)
{
	const double mean = hist__mean_ns(h), followed = hist__followed(h);
	double squares = 0, count = 0;

	for (unsigned int i = 0; i < h->nr; i++) {
		const struct hist_bucket *bucket = &h->bucket[i];
		double off = middle(bucket->index) - mean;

		squares += bucket->count * off * off;
		count += bucket->count;
	}
	return followed > 1 ? NORMAL_95 * sqrt(UNEVEN * squares / count / (followed - 1)) : mean;
}

uint64_t hist__quantile_bound(const struct hist *h, double q, int side)
{
	const double followed = hist__followed(h);
	double error = followed ? NORMAL_95 * sqrt(UNEVEN * q * (1 - q) / followed) : 1;

	q += side * error;
	return hist__quantile(h, q < 0 ? 0 : q > 1 ? 1 : q);
}

uint64_t hist__quantile(const struct hist *h, double q)
{
	uint64_t count = hist__sum(h).count, seen = 0, mid;
	double rank = q * count;

	for (unsigned int i = 0; i < h->nr; i++) {
		const struct hist_bucket *bucket = &h->bucket[i];

		if (!bucket->count)
			continue;
		seen += bucket->count;
		if (seen < rank)
			continue;
		mid = middle(bucket->index);
		return mid < h->max ? mid : h->max;
	}
	return count ? h->max : 0;
}

int hist__add(struct hist *h, uint64_t ns)
{
	struct hist_bucket *bucket = hist__use(h, hist__index(ns));

	if (!bucket)
		return -ENOMEM;
	bucket->count++;
	bucket->ns += ns;
	if (ns > h->max)
		h->max = ns;
	return 0;
}

/* How many buckets of `from` have none of the same index in `to`. */
static unsigned int count_new(const struct hist *to, const struct hist *from)
{
	unsigned int nr = 0;

	for (unsigned int i = 0, k = 0; i < from->nr; i++) {
		while (k < to->nr && to->bucket[k].index < from->bucket[i].index)
			k++;
		nr += k == to->nr || to->bucket[k].index != from->bucket[i].index;
	}
	return nr;
}

int hist__merge(struct hist *to, const struct hist *from)
{
	unsigned int more = count_new(to, from), i = to->nr, k = from->nr, at = to->nr + more;

	if (make_room(to, to->nr + more))
		return -ENOMEM;
	to->max = from->max > to->max ? from->max : to->max;
#define ADD(id, name) to->name += from->name;
	HIST_COUNTERS(ADD)
#undef ADD
	to->nr += more;
	/* backwards: each bucket is read before it is overwritten */
	while (k) {
		struct hist_bucket bucket = from->bucket[k - 1];

		if (i && to->bucket[i - 1].index > bucket.index) {
			to->bucket[--at] = to->bucket[--i];
			continue;
		}
		k--;
		if (i && to->bucket[i - 1].index == bucket.index) {
			i--;
			bucket.count += to->bucket[i].count;
			bucket.ns += to->bucket[i].ns;
		}
		to->bucket[--at] = bucket;
	}
	return 0;
}

void hist__subtract(struct hist *to, const struct hist *from)
{
	unsigned int last = HIST_BUCKETS, kept = 0;

#define SUBTRACT(id, name) to->name -= from->name;
	HIST_COUNTERS(SUBTRACT)
#undef SUBTRACT
	for (unsigned int i = 0, k = 0; i < to->nr; i++) {
		struct hist_bucket bucket = to->bucket[i];

		while (k < from->nr && from->bucket[k].index < bucket.index)
			k++;
		/* what came into use since has nothing to subtract */
		if (k < from->nr && from->bucket[k].index == bucket.index) {
			bucket.count -= from->bucket[k].count;
			bucket.ns -= from->bucket[k].ns;
		}
		if (bucket.count)
			last = bucket.index;
		if (bucket.count || bucket.ns)
			to->bucket[kept++] = bucket;
	}
	to->nr = kept;
	if (last == HIST_BUCKETS)
		to->max = 0;
	else if (hist__index(to->max) > last)
		to->max = hist__upper(last) - 1;
}
