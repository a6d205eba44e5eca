// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/buckets.h"

#include <errno.h>

/* What this many events of a bucket take when they are spread evenly; wraps, as its reverse does. */
static uint64_t middle(const struct hist_bucket *bucket)
{
	return bucket->count * hist__lower(bucket->index) +
	       (bucket->count * (hist__upper(bucket->index) - hist__lower(bucket->index)) >> 1);
}

static uint64_t middle_of_all(const struct hist *h)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < h->nr; i++)
		sum += middle(&h->bucket[i]);
	return sum;
}

static uint64_t lower_of_last(const struct hist *h)
{
	return h->nr ? hist__lower(h->bucket[h->nr - 1].index) : 0;
}

/* Sums of such histograms have up to twice the room. */
static size_t bytes_of(uint64_t nr)
{
	return 2 * nr * sizeof(struct hist_bucket);
}

size_t buckets__bytes(const struct hist *h)
{
	return bytes_of(h->nr);
}

bool buckets__empty(const struct hist *h)
{
	return !h->nr && !h->max;
}

void buckets__put(struct bytes columns[BUCKETS_COLUMNS], const struct hist *h,
		  enum buckets_form form)
{
	uint64_t before = 0;

	bytes__varint(&columns[BUCKETS_INDEX], h->nr);
	for (unsigned int i = 0; i < h->nr; i++) {
		const struct hist_bucket *bucket = &h->bucket[i];

		bytes__varint(&columns[BUCKETS_INDEX], bucket->index - before);
		before = bucket->index;
		bytes__varint(&columns[BUCKETS_COUNT], bucket->count);
		if (form == BUCKETS_TIMED)
			bytes__varint(&columns[BUCKETS_TIME], zigzag(bucket->ns, middle(bucket)));
	}
	if (form == BUCKETS_SUMMED)
		bytes__varint(&columns[BUCKETS_TIME], zigzag(hist__total_ns(h), middle_of_all(h)));
	bytes__varint(&columns[BUCKETS_MAX], zigzag(h->max, lower_of_last(h)));
}

static int get_indexes(struct cursor *in, struct hist *h, size_t *budget)
{
	uint64_t nr = cursor__varint(in), index = 0;

	if (nr > HIST_BUCKETS) {
		in->bad = true;
		return 0;
	}
	if (bytes_of(nr) > *budget)
		return -E2BIG;
	*budget -= bytes_of(nr);
	if (hist__reserve(h, nr))
		return -ENOMEM;
	for (uint64_t i = 0; i < nr && !in->bad; i++) {
		uint64_t step = cursor__varint(in);

		/* each is above the one before: an index that comes twice would be one bucket */
		if (in->bad || step >= HIST_BUCKETS - index || (i && !step)) {
			in->bad = true;
			break;
		}
		index += step;
		h->bucket[h->nr++] = (struct hist_bucket) { .index = index };
	}
	return 0;
}

int buckets__get(struct cursor columns[BUCKETS_COLUMNS], struct hist *h, enum buckets_form form,
		 size_t *budget)
{
	struct cursor *time = &columns[BUCKETS_TIME];
	int err = get_indexes(&columns[BUCKETS_INDEX], h, budget);
	uint64_t ns;

	if (err)
		return err;
	for (unsigned int i = 0; i < h->nr; i++) {
		struct hist_bucket *bucket = &h->bucket[i];

		bucket->count = cursor__varint(&columns[BUCKETS_COUNT]);
		if (form == BUCKETS_TIMED)
			bucket->ns = unzigzag(cursor__varint(time), middle(bucket));
	}
	if (form == BUCKETS_SUMMED) {
		ns = unzigzag(cursor__varint(time), middle_of_all(h));
		if (h->nr)
			h->bucket[0].ns = ns;
	}
	h->max = unzigzag(cursor__varint(&columns[BUCKETS_MAX]), lower_of_last(h));
	return 0;
}

/* Products of two numbers of 64 bits. */
typedef unsigned __int128 wide;

/* The least that the events of these buckets can take, and how much more; false when that overflows. */
static bool bounds(const struct hist *h, uint64_t *least, uint64_t *above)
{
	*least = *above = 0;
	for (unsigned int i = 0; i < h->nr; i++) {
		const struct hist_bucket *bucket = &h->bucket[i];
		uint64_t low, more;

		if (__builtin_mul_overflow(bucket->count, hist__lower(bucket->index), &low) ||
		    __builtin_mul_overflow(bucket->count, (1ull << hist__shift(bucket->index)) - 1,
					   &more) ||
		    __builtin_add_overflow(*least, low, least) ||
		    __builtin_add_overflow(*above, more, above))
			return false;
	}
	return true;
}

void buckets__share(struct hist *h)
{
	uint64_t total = hist__total_ns(h), given = 0, least, above;
	wide due = 0;

	if (!bounds(h, &least, &above) || total < least || total - least > above)
		return;
	for (unsigned int i = 0; i < h->nr; i++) {
		struct hist_bucket *b = &h->bucket[i];
		uint64_t sum;

		due += (wide)(b->count * ((1ull << hist__shift(b->index)) - 1)) * (total - least);
		sum = above ? due / above : 0;
		b->ns = b->count * hist__lower(b->index) + sum - given;
		given = sum;
	}
}
