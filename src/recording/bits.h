/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Numbers in as few bits as they hold. They lie from the lowest bit of a byte on, and those of the
 * next number follow without a gap. Reading is inline as far as the bits at hand go: an hour of a
 * busy host has a hundred million numbers.
 */
#ifndef XT_RECORDING_BITS_H
#define XT_RECORDING_BITS_H

#include "recording/bytes.h"

struct bit_writer {
	struct bytes *out;
	uint64_t value;
	unsigned int nr; /* of `value` that are not in `out` yet */
};

/* Once its cursor is bad, what is read makes no sense. */
struct bit_reader {
	struct cursor in;
	uint64_t value;
	unsigned int nr; /* of `value` that were not asked for yet */
};

/* How many bits a number has without its leading zeros. */
static inline unsigned int bits__width(uint64_t value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}

/* Distances both ways as numbers from 0 on: 0, -1, 1, -2, ... */
static inline uint64_t zigzag(uint64_t number, uint64_t expected)
{
	int64_t step = number - expected;

	return (uint64_t)step << 1 ^ (uint64_t)(step >> 63);
}

static inline uint64_t unzigzag(uint64_t value, uint64_t expected)
{
	return expected + (value >> 1 ^ -(value & 1));
}

/* The lowest `nr` bits, up to 64; of `value` no others are set. */
void bits__put(struct bit_writer *out, uint64_t value, unsigned int nr);

/* The same as without "more", also for more bits than are at hand. */
uint64_t bits__get_more(struct bit_reader *in, unsigned int nr);
unsigned int bits__get_more_zeros(struct bit_reader *in);

static inline uint64_t bits__get(struct bit_reader *in, unsigned int nr)
{
	uint64_t low;

	if (nr > 32 || nr > in->nr)
		return bits__get_more(in, nr);
	low = in->value & ((1ull << nr) - 1);
	in->value >>= nr;
	in->nr -= nr;
	return low;
}

/* Zeros up to the next one, which is passed; 0, and bad, where there is none within 64. */
static inline unsigned int bits__get_zeros(struct bit_reader *in)
{
	unsigned int zeros;

	if (!in->value)
		return bits__get_more_zeros(in);
	zeros = __builtin_ctzll(in->value);
	/* the one that ends the zeros may be the last bit that is there, and no shift reaches 64 */
	in->value = in->value >> zeros >> 1;
	in->nr -= zeros + 1;
	return zeros;
}

/*
 * Elias gamma, of a value above 0: as many zeros as bits follow its highest one, that one, and they.
 * 1 bit for 1, 3 for 2 and 3, 5 for 4 to 7.
 */
void bits__put_gamma(struct bit_writer *out, uint64_t value);

static inline uint64_t bits__get_gamma(struct bit_reader *in)
{
	unsigned int below = bits__get_zeros(in);

	return 1ull << below | bits__get(in, below);
}

/* Zeros that tell a number by Rice; more of them would be longer than Elias gamma. */
#define BITS_ESCAPE 20

/*
 * Rice: short for values around 2^low. As many zeros as there are of those in it, a one, and the
 * rest; what would be far too many zeros is Elias gamma behind some.
 */
void bits__put_rice(struct bit_writer *out, uint64_t value, unsigned int low);

static inline uint64_t bits__get_rice(struct bit_reader *in, unsigned int low)
{
	uint64_t zeros = bits__get_zeros(in);

	return zeros >= BITS_ESCAPE ? bits__get_gamma(in) - 1 : zeros << low | bits__get(in, low);
}

/* To whole bytes; without it some bits are missing. */
void bits__end(struct bit_writer *out);

#endif
