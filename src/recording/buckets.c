// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/buckets.h"

#define INDEX_BITS 9
#define MANY	   3
_Static_assert(XT_BUCKETS <= 1 << INDEX_BITS, "the first index has room");

/* Products of two numbers of 64 bits. */
typedef unsigned __int128 wide;

/* Events of one bucket or of several, and what they may take together. */
struct events {
	uint64_t count;
	uint64_t least, above; /* ns: the shortest time, and how much longer the longest one is */
	wide spread; /* ns^2: of the time about the middle of both, 12 times its variance */
};

/* `count` more, of this bucket; false when that overflows. */
static inline bool events__add(struct events *e, unsigned int index, uint64_t count)
{
	unsigned int shift = hist__shift(index);
	uint64_t least, above;

	e->spread += (wide)count << 2 * shift;
	return !__builtin_mul_overflow(count, hist__lower(index), &least) &&
	       !__builtin_mul_overflow(count, (1ull << shift) - 1, &above) &&
	       !__builtin_add_overflow(e->count, count, &e->count) &&
	       !__builtin_add_overflow(e->least, least, &e->least) &&
	       !__builtin_add_overflow(e->above, above, &e->above);
}

/* Few events lie anywhere; the sum of many is near its middle, by sqrt(spread / 12). */
static bool is_by_middle(const struct events *e)
{
	return e->count >= MANY && e->above && e->above >> 62 == 0;
}

/* For Rice: about the root of the spread, and half of it. */
static unsigned int time_bits(const struct events *e)
{
	uint64_t high = e->spread >> 64;
	unsigned int width = high ? 64 + bits__width(high) : bits__width(e->spread);

	return width > 2 ? (width - 1) / 2 - 1 : 0;
}

static void put_time(struct bit_writer *out, const struct events *e, uint64_t ns)
{
	if (is_by_middle(e))
		bits__put_rice(out, zigzag(ns - e->least, e->above / 2), time_bits(e));
	else
		bits__put(out, ns - e->least, bits__width(e->above));
}

/* Marks the cursor bad when they cannot take that. */
static uint64_t get_time(struct bit_reader *in, const struct events *e, enum buckets_form form)
{
	uint64_t above;

	if (form != BUCKETS_VERSION_1 && is_by_middle(e))
		above = unzigzag(bits__get_rice(in, time_bits(e)), e->above / 2);
	else
		above = bits__get(in, bits__width(e->above));
	in->in.bad |= above > e->above;
	return e->least + above;
}

/* Neighbours differ by less than their size, mostly. */
static unsigned int count_bits(uint64_t neighbour)
{
	return neighbour > 1 ? bits__width(neighbour) - 1 : 0;
}

static bool is_used(const struct xt_bucket *b)
{
	return b->count || b->ns;
}

/* How many buckets are in use, and the last of them. */
static unsigned int count_used(const struct hist *h, unsigned int *last)
{
	unsigned int nr = 0;

	*last = 0;
	for (unsigned int i = h->first; i < h->end; i++) {
		if (!is_used(&h->bucket[i]))
			continue;
		*last = i;
		nr++;
	}
	return nr;
}

static bool is_within(const struct events *e, uint64_t ns)
{
	return ns >= e->least && ns - e->least <= e->above;
}

/* Is what the buckets say possible? In *all what they hold. */
static bool is_regular(const struct hist *h, unsigned int last, enum buckets_form form,
		       struct events *all)
{
	for (unsigned int i = h->first; i <= last; i++) {
		const struct xt_bucket *b = &h->bucket[i];
		struct events own = {};

		if (!is_used(b))
			continue;
		if (!b->count || !events__add(&own, i, b->count) || !events__add(all, i, b->count))
			return false;
		if (form == BUCKETS_TIMED && !is_within(&own, b->ns))
			return false;
	}
	if (form == BUCKETS_SUMMED && !is_within(all, hist__total_ns(h)))
		return false;
	return h->max >= hist__lower(last) && h->max < hist__upper(last);
}

/* Bits of the maximum above the last bucket's lower bound. */
static unsigned int max_bits(unsigned int last, bool regular)
{
	return regular ? bits__width(hist__upper(last) - hist__lower(last) - 1) : 64;
}

bool buckets__empty(const struct hist *h)
{
	unsigned int last;

	return !count_used(h, &last) && !h->max;
}

static void put_bucket(struct bit_writer *out, unsigned int index, const struct xt_bucket *b,
		       uint64_t neighbour, enum buckets_form form)
{
	struct events own = {};

	bits__put_rice(out, b->count - 1, count_bits(neighbour));
	if (form != BUCKETS_TIMED)
		return;
	events__add(&own, index, b->count);
	put_time(out, &own, b->ns);
}

void buckets__put(struct bit_writer *out, const struct hist *h, enum buckets_form form)
{
	unsigned int last, nr = count_used(h, &last), before = 0;
	struct events all = {};
	uint64_t neighbour = 0;
	bool regular = is_regular(h, last, form, &all), first = true;

	bits__put(out, regular, 1);
	bits__put_gamma(out, nr + 1);
	for (unsigned int i = h->first; i <= last && nr; i++) {
		const struct xt_bucket *b = &h->bucket[i];

		if (!is_used(b))
			continue;
		if (first)
			bits__put(out, i, INDEX_BITS);
		else
			bits__put_gamma(out, i - before);
		if (regular) {
			put_bucket(out, i, b, i == before + 1 ? neighbour : 0, form);
		} else {
			bits__put(out, b->count, 64);
			bits__put(out, b->ns, 64);
		}
		first = false;
		before = i;
		neighbour = b->count;
	}
	if (regular && form == BUCKETS_SUMMED)
		put_time(out, &all, hist__total_ns(h));
	bits__put(out, h->max - (regular ? hist__lower(last) : 0), max_bits(last, regular));
}

/* One bucket. Marks the cursor bad when its figures cannot be. */
static void get_bucket(struct bit_reader *in, unsigned int index, struct xt_bucket *b,
		       uint64_t neighbour, enum buckets_form form, struct events *all)
{
	struct events own = {};

	b->count = form == BUCKETS_VERSION_1 ? bits__get_gamma(in)
					     : bits__get_rice(in, count_bits(neighbour)) + 1;
	if (form == BUCKETS_SUMMED)
		in->in.bad |= !events__add(all, index, b->count);
	else if (events__add(&own, index, b->count))
		b->ns = get_time(in, &own, form);
	else
		in->in.bad = true;
}

void buckets__get(struct bit_reader *in, struct hist *h, enum buckets_form form)
{
	uint64_t nr, index = 0, neighbour = 0, ns;
	struct events all = {};
	bool regular;

	regular = bits__get(in, 1);
	nr = bits__get_gamma(in) - 1;
	for (uint64_t i = 0; i < nr; i++) {
		uint64_t step = i ? bits__get_gamma(in) : bits__get(in, INDEX_BITS);
		struct xt_bucket *b;

		if (in->in.bad || step >= XT_BUCKETS - index) {
			in->in.bad = true;
			return;
		}
		index += step;
		b = hist__use(h, index);
		if (regular) {
			get_bucket(in, index, b, step == 1 ? neighbour : 0, form, &all);
		} else {
			b->count = bits__get(in, 64);
			b->ns = bits__get(in, 64);
		}
		neighbour = b->count;
	}
	if (regular && form == BUCKETS_SUMMED) {
		ns = get_time(in, &all, form);
		if (!in->in.bad)
			h->bucket[h->first].ns = ns;
	}
	h->max = (regular ? hist__lower(index) : 0) + bits__get(in, max_bits(index, regular));
}

void buckets__share(struct hist *h)
{
	uint64_t above = hist__total_ns(h), given = 0;
	struct events all = {};
	wide due = 0;

	for (unsigned int i = h->first; i < h->end; i++)
		if (!events__add(&all, i, h->bucket[i].count))
			return;
	if (!is_within(&all, above))
		return;
	above -= all.least;
	for (unsigned int i = h->first; i < h->end; i++) {
		struct xt_bucket *b = &h->bucket[i];
		uint64_t sum;

		due += (wide)(b->count * ((1ull << hist__shift(i)) - 1)) * above;
		sum = all.above ? due / all.above : 0;
		b->ns = b->count * hist__lower(i) + sum - given;
		given = sum;
	}
}
