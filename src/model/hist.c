// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/hist.h"

/*
 * 1000 ns: top bit 9, the three bits below it 111 -> (9 - 2) * 8 + 7 = 63, which holds
 * [960, 1024).
 */
unsigned int hist__index(uint64_t ns)
{
	unsigned int octave, index;

	if (ns < XT_SUBS)
		return ns;
	octave = 63 - __builtin_clzll(ns);
	index = (octave - XT_SUB_BITS + 1) * XT_SUBS +
		((ns >> (octave - XT_SUB_BITS)) & (XT_SUBS - 1));
	return index < XT_BUCKETS ? index : XT_BUCKETS - 1;
}

struct xt_bucket hist__sum(const struct hist *h)
{
	struct xt_bucket sum = {};

	for (unsigned int i = h->first; i < h->end; i++) {
		sum.count += h->bucket[i].count;
		sum.ns += h->bucket[i].ns;
	}
	return sum;
}

uint64_t hist__count(const struct hist *h)
{
	return hist__sum(h).count;
}

uint64_t hist__total_ns(const struct hist *h)
{
	return hist__sum(h).ns;
}

double hist__mean_ns(const struct hist *h)
{
	struct xt_bucket sum = hist__sum(h);

	return sum.count ? (double)sum.ns / sum.count : 0;
}

uint64_t hist__quantile(const struct hist *h, double q)
{
	uint64_t count = hist__count(h), seen = 0, mid;
	double rank = q * count;

	for (unsigned int i = h->first; i < h->end; i++) {
		if (!h->bucket[i].count)
			continue;
		seen += h->bucket[i].count;
		if (seen < rank)
			continue;
		mid = hist__lower(i) + (hist__upper(i) - hist__lower(i)) / 2;
		return mid < h->max ? mid : h->max;
	}
	return count ? h->max : 0;
}

void hist__add(struct hist *h, uint64_t ns)
{
	struct xt_bucket *bucket = hist__use(h, hist__index(ns));

	bucket->count++;
	bucket->ns += ns;
	if (ns > h->max)
		h->max = ns;
}

/* The members that add up have the same names on both sides. */
#define ADD(to, from)                                                          \
	do {                                                                   \
		(to)->max = (from)->max > (to)->max ? (from)->max : (to)->max; \
		(to)->inclusive += (from)->inclusive;                          \
		(to)->held += (from)->held;                                    \
		(to)->off_cpu += (from)->off_cpu;                              \
		(to)->known += (from)->known;                                  \
		(to)->known_ns += (from)->known_ns;                            \
		(to)->stolen += (from)->stolen;                                \
	} while (0)

void hist__merge(struct hist *to, const struct hist *from)
{
	ADD(to, from);
	if (from->first == from->end)
		return;
	hist__use(to, from->first);
	hist__use(to, from->end - 1);
	for (unsigned int i = from->first; i < from->end; i++) {
		to->bucket[i].count += from->bucket[i].count;
		to->bucket[i].ns += from->bucket[i].ns;
	}
}

void hist__merge_slice(struct hist *to, const struct xt_hist *from)
{
	ADD(to, from);
	for (unsigned int i = 0; i < XT_BUCKETS; i++) {
		struct xt_bucket now = from->bucket[i], *sum;

		/* read while it grows: one of both may be there before the other */
		if (!now.count && !now.ns)
			continue;
		sum = hist__use(to, i);
		sum->count += now.count;
		sum->ns += now.ns;
	}
}

void hist__subtract(struct hist *to, const struct hist *from)
{
	unsigned int last = XT_BUCKETS;

	to->inclusive -= from->inclusive;
	to->held -= from->held;
	to->off_cpu -= from->off_cpu;
	to->known -= from->known;
	to->known_ns -= from->known_ns;
	to->stolen -= from->stolen;
	for (unsigned int i = to->first; i < to->end; i++) {
		/* what came into use since has nothing to subtract */
		if (i >= from->first && i < from->end) {
			to->bucket[i].count -= from->bucket[i].count;
			to->bucket[i].ns -= from->bucket[i].ns;
		}
		if (to->bucket[i].count)
			last = i;
	}
	if (last == XT_BUCKETS)
		to->max = 0;
	else if (hist__index(to->max) > last)
		to->max = hist__upper(last) - 1;
}
