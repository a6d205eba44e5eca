// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/buckets.h"

#define INDEX_BITS 9
#define ESCAPE	   20
#define MANY	   3
_Static_assert(XT_BUCKETS <= 1 << INDEX_BITS, "the first index has room");

static void put(struct bit_writer *out, uint64_t value, unsigned int nr)
{
	for (; nr > 32; nr -= 32, value >>= 32)
		put(out, (uint32_t)value, 32);
	out->value |= value << out->nr;
	for (out->nr += nr; out->nr >= 8; out->nr -= 8) {
		uint8_t byte = out->value;

		bytes__put(out->out, &byte, 1);
		out->value >>= 8;
	}
}

void bits__end(struct bit_writer *out)
{
	put(out, 0, -out->nr & 7);
}

/* At least 57 bits, or all that are left. */
static void refill(struct bit_reader *in)
{
	for (; in->nr <= 56 && in->in.at < in->in.end; in->nr += 8)
		in->value |= (uint64_t)*in->in.at++ << in->nr;
}

static uint64_t get(struct bit_reader *in, unsigned int nr)
{
	uint64_t low;

	if (nr > 32) {
		low = get(in, 32);
		return low | get(in, nr - 32) << 32;
	}
	if (in->nr < nr)
		refill(in);
	if (in->nr < nr) {
		in->in.bad = true;
		return 0;
	}
	low = in->value & ((1ull << nr) - 1);
	in->value >>= nr;
	in->nr -= nr;
	return low;
}

static unsigned int width_of(uint64_t value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}

/* value > 0: as many zeros as bits follow its highest one, that one, and they. */
static void put_gamma(struct bit_writer *out, uint64_t value)
{
	unsigned int below = width_of(value) - 1;

	put(out, 0, below);
	put(out, 1, 1);
	put(out, value & ((1ull << below) - 1), below);
}

/* Zeros up to the next one, which is passed; UINT_MAX, and bad, where there is none within 64. */
static unsigned int get_zeros(struct bit_reader *in)
{
	unsigned int below = 0, zeros;

	if (in->nr <= 32)
		refill(in);
	while (!in->value) {
		below += in->nr;
		in->nr = 0;
		refill(in);
		if (!in->nr || below > 63) {
			in->in.bad = true;
			return 0;
		}
	}
	zeros = __builtin_ctzll(in->value);
	below += zeros;
	if (below > 63) {
		in->in.bad = true;
		return 0;
	}
	/* the one that ends the zeros may be the last bit that is there, and no shift reaches 64 */
	in->value = in->value >> zeros >> 1;
	in->nr -= zeros + 1;
	return below;
}

static uint64_t get_gamma(struct bit_reader *in)
{
	unsigned int below = get_zeros(in);

	return 1ull << below | get(in, below);
}

/*
 * Short for values around 2^low: as many zeros as there are of those in it, a one, and the rest. What
 * would take more than ESCAPE zeros is Elias gamma behind so many.
 */
static void put_rice(struct bit_writer *out, uint64_t value, unsigned int low)
{
	bool escapes = value >> low >= ESCAPE;

	put(out, 0, escapes ? ESCAPE : value >> low);
	put(out, 1, 1);
	if (escapes)
		put_gamma(out, value + 1);
	else
		put(out, value & ((1ull << low) - 1), low);
}

static uint64_t get_rice(struct bit_reader *in, unsigned int low)
{
	uint64_t zeros = get_zeros(in);

	return zeros >= ESCAPE ? get_gamma(in) - 1 : zeros << low | get(in, low);
}

/* From 0 on both ways: 0, -1, 1, -2, ... */
static uint64_t zigzag(int64_t value)
{
	return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}

static int64_t unzigzag(uint64_t value)
{
	return (int64_t)(value >> 1 ^ -(value & 1));
}

/* What `count` events of this bucket may take above the least; false when that overflows. */
static bool bound(unsigned int index, uint64_t count, uint64_t *least, uint64_t *above)
{
	uint64_t lower = hist__lower(index), width = hist__upper(index) - lower;

	return !__builtin_mul_overflow(count, lower, least) &&
	       !__builtin_mul_overflow(count, width - 1, above);
}

/* Neighbours differ by less than their size, mostly. */
static unsigned int count_bits(uint64_t neighbour)
{
	return neighbour > 1 ? width_of(neighbour) - 1 : 0;
}

/* Few events lie anywhere; the sum of many is near its middle, by width x sqrt(count / 12). */
static bool is_by_middle(uint64_t count, uint64_t above)
{
	return count >= MANY && above && above >> 62 == 0;
}

static unsigned int time_bits(unsigned int index, uint64_t count)
{
	int bits = width_of(hist__upper(index) - hist__lower(index)) + (width_of(count) - 1) / 2;

	return bits > 2 ? bits - 2 : 0;
}

/* How many buckets are in use, and the last of them. */
static unsigned int count_used(const struct hist *h, unsigned int *last)
{
	unsigned int nr = 0;

	*last = 0;
	for (unsigned int i = h->first; i < h->end; i++) {
		if (!h->bucket[i].count && !h->bucket[i].ns)
			continue;
		*last = i;
		nr++;
	}
	return nr;
}

static bool is_regular(const struct hist *h, unsigned int last)
{
	uint64_t least, above;

	for (unsigned int i = h->first; i <= last; i++) {
		const struct xt_bucket *b = &h->bucket[i];

		if (!b->count && !b->ns)
			continue;
		if (!b->count || !bound(i, b->count, &least, &above) || b->ns < least ||
		    b->ns - least > above)
			return false;
	}
	return h->max >= hist__lower(last) && h->max < hist__upper(last);
}

static void put_bucket(struct bit_writer *out, unsigned int index, bool regular,
		       const struct xt_bucket *b, uint64_t neighbour)
{
	uint64_t least, above = 0;

	if (!regular) {
		put(out, b->count, 64);
		put(out, b->ns, 64);
		return;
	}
	put_rice(out, b->count - 1, count_bits(neighbour));
	bound(index, b->count, &least, &above);
	if (is_by_middle(b->count, above))
		put_rice(out, zigzag(b->ns - least - above / 2), time_bits(index, b->count));
	else
		put(out, b->ns - least, width_of(above));
}

/* Bits of the maximum above the last bucket's lower bound. */
static unsigned int max_bits(unsigned int last, bool regular)
{
	return regular ? width_of(hist__upper(last) - hist__lower(last) - 1) : 64;
}

bool buckets__empty(const struct hist *h)
{
	unsigned int last;

	return !count_used(h, &last) && !h->max;
}

void buckets__put(struct bit_writer *out, const struct hist *h)
{
	unsigned int last, nr = count_used(h, &last), before = 0;
	uint64_t neighbour = 0;
	bool regular, first = true;

	regular = is_regular(h, last);
	put(out, regular, 1);
	put_gamma(out, nr + 1);
	for (unsigned int i = h->first; i <= last && nr; i++) {
		const struct xt_bucket *b = &h->bucket[i];

		if (!b->count && !b->ns)
			continue;
		if (first)
			put(out, i, INDEX_BITS);
		else
			put_gamma(out, i - before);
		put_bucket(out, i, regular, b, i == before + 1 ? neighbour : 0);
		first = false;
		before = i;
		neighbour = b->count;
	}
	put(out, h->max - (regular ? hist__lower(last) : 0), max_bits(last, regular));
}

/* One bucket. Marks the cursor bad when its figures cannot be. */
static void get_bucket(struct bit_reader *in, unsigned int index, bool regular, struct xt_bucket *b,
		       uint64_t neighbour)
{
	uint64_t least, above;

	if (!regular) {
		b->count = get(in, 64);
		b->ns = get(in, 64);
		return;
	}
	b->count = in->version_1 ? get_gamma(in) : get_rice(in, count_bits(neighbour)) + 1;
	if (!bound(index, b->count, &least, &above)) {
		in->in.bad = true;
		return;
	}
	if (!in->version_1 && is_by_middle(b->count, above))
		b->ns = least + above / 2 + unzigzag(get_rice(in, time_bits(index, b->count)));
	else
		b->ns = least + get(in, width_of(above));
}

void buckets__get(struct bit_reader *in, struct hist *h)
{
	uint64_t nr, index = 0, neighbour = 0;
	bool regular;

	regular = get(in, 1);
	nr = get_gamma(in) - 1;
	for (uint64_t i = 0; i < nr; i++) {
		uint64_t step = i ? get_gamma(in) : get(in, INDEX_BITS);

		if (in->in.bad || step >= XT_BUCKETS - index) {
			in->in.bad = true;
			return;
		}
		index += step;
		hist__use(h, index);
		get_bucket(in, index, regular, &h->bucket[index], step == 1 ? neighbour : 0);
		neighbour = h->bucket[index].count;
	}
	h->max = (regular ? hist__lower(index) : 0) + get(in, max_bits(index, regular));
}
