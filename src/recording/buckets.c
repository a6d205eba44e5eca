// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/buckets.h"

#define INDEX_BITS 9
_Static_assert(XT_BUCKETS <= 1 << INDEX_BITS, "the first index has room");

/* Bits from the lowest of a byte on. */
struct bits {
	uint64_t value;
	unsigned int nr; /* of `value` that are in use */
};

static void put(struct bytes *out, struct bits *bits, uint64_t value, unsigned int nr)
{
	for (; nr > 32; nr -= 32, value >>= 32)
		put(out, bits, (uint32_t)value, 32);
	bits->value |= value << bits->nr;
	for (bits->nr += nr; bits->nr >= 8; bits->nr -= 8) {
		uint8_t byte = bits->value;

		bytes__put(out, &byte, 1);
		bits->value >>= 8;
	}
}

/* At least 57 bits, or all that are left. */
static void refill(struct cursor *in, struct bits *bits)
{
	for (; bits->nr <= 56 && in->at < in->end; bits->nr += 8)
		bits->value |= (uint64_t)*in->at++ << bits->nr;
}

static uint64_t get(struct cursor *in, struct bits *bits, unsigned int nr)
{
	uint64_t low;

	if (nr > 32) {
		low = get(in, bits, 32);
		return low | get(in, bits, nr - 32) << 32;
	}
	if (bits->nr < nr)
		refill(in, bits);
	if (bits->nr < nr) {
		in->bad = true;
		return 0;
	}
	low = bits->value & ((1ull << nr) - 1);
	bits->value >>= nr;
	bits->nr -= nr;
	return low;
}

static unsigned int width_of(uint64_t value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}

/* value > 0: as many zeros as bits follow its highest one, that one, and they. */
static void put_gamma(struct bytes *out, struct bits *bits, uint64_t value)
{
	unsigned int below = width_of(value) - 1;

	put(out, bits, 0, below);
	put(out, bits, 1, 1);
	put(out, bits, value & ((1ull << below) - 1), below);
}

static uint64_t get_gamma(struct cursor *in, struct bits *bits)
{
	unsigned int below = 0, zeros;

	if (bits->nr <= 32)
		refill(in, bits);
	while (!bits->value) {
		below += bits->nr;
		bits->nr = 0;
		refill(in, bits);
		if (!bits->nr || below > 63) {
			in->bad = true;
			return 1;
		}
	}
	zeros = __builtin_ctzll(bits->value);
	below += zeros;
	if (below > 63) {
		in->bad = true;
		return 1;
	}
	/* the one that ends the zeros may be the last bit that is there, and no shift reaches 64 */
	bits->value = bits->value >> zeros >> 1;
	bits->nr -= zeros + 1;
	return 1ull << below | get(in, bits, below);
}

/* What `count` events of this bucket may take above the least; false when that overflows. */
static bool bound(unsigned int index, uint64_t count, uint64_t *least, uint64_t *above)
{
	uint64_t lower = hist__lower(index), width = hist__upper(index) - lower;

	return !__builtin_mul_overflow(count, lower, least) &&
	       !__builtin_mul_overflow(count, width - 1, above);
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

static void put_bucket(struct bytes *out, struct bits *bits, unsigned int index, bool regular,
		       const struct xt_bucket *b)
{
	uint64_t least, above = 0;

	if (!regular) {
		put(out, bits, b->count, 64);
		put(out, bits, b->ns, 64);
		return;
	}
	put_gamma(out, bits, b->count);
	bound(index, b->count, &least, &above);
	put(out, bits, b->ns - least, width_of(above));
}

/* Bits of the maximum above the last bucket's lower bound. */
static unsigned int max_bits(unsigned int last, bool regular)
{
	return regular ? width_of(hist__upper(last) - hist__lower(last) - 1) : 64;
}

void buckets__put(struct bytes *out, const struct hist *h)
{
	unsigned int last, nr = count_used(h, &last), before = 0;
	struct bits bits = {};
	bool regular, first = true;

	if (!nr && !h->max)
		return;
	regular = is_regular(h, last);
	put(out, &bits, regular, 1);
	put_gamma(out, &bits, nr + 1);
	for (unsigned int i = h->first; i <= last && nr; i++) {
		const struct xt_bucket *b = &h->bucket[i];

		if (!b->count && !b->ns)
			continue;
		if (first)
			put(out, &bits, i, INDEX_BITS);
		else
			put_gamma(out, &bits, i - before);
		first = false;
		before = i;
		put_bucket(out, &bits, i, regular, b);
	}
	put(out, &bits, h->max - (regular ? hist__lower(last) : 0), max_bits(last, regular));
	put(out, &bits, 0, -bits.nr & 7);
}

/* One bucket. Marks the cursor bad when its figures cannot be. */
static void get_bucket(struct cursor *in, struct bits *bits, unsigned int index, bool regular,
		       struct xt_bucket *b)
{
	uint64_t least, above;

	if (!regular) {
		b->count = get(in, bits, 64);
		b->ns = get(in, bits, 64);
		return;
	}
	b->count = get_gamma(in, bits);
	if (!bound(index, b->count, &least, &above)) {
		in->bad = true;
		return;
	}
	b->ns = least + get(in, bits, width_of(above));
}

void buckets__get(struct cursor *in, struct hist *h)
{
	struct bits bits = {};
	uint64_t nr, index = 0;
	bool regular;

	if (!cursor__left(in))
		return;
	regular = get(in, &bits, 1);
	nr = get_gamma(in, &bits) - 1;
	for (uint64_t i = 0; i < nr; i++) {
		uint64_t step = i ? get_gamma(in, &bits) : get(in, &bits, INDEX_BITS);

		if (in->bad || step >= XT_BUCKETS - index) {
			in->bad = true;
			return;
		}
		index += step;
		hist__use(h, index);
		get_bucket(in, &bits, index, regular, &h->bucket[index]);
	}
	h->max = (regular ? hist__lower(index) : 0) + get(in, &bits, max_bits(index, regular));
}
