/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Numbers in as few bits as they hold. They lie from the lowest bit of a byte on, and those of the
 * next number follow without a gap.
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
uint64_t bits__get(struct bit_reader *in, unsigned int nr);

/*
 * Elias gamma, of a value above 0: as many zeros as bits follow its highest one, that one, and they.
 * 1 bit for 1, 3 for 2 and 3, 5 for 4 to 7.
 */
void bits__put_gamma(struct bit_writer *out, uint64_t value);
uint64_t bits__get_gamma(struct bit_reader *in);

/*
 * Rice: short for values around 2^low. As many zeros as there are of those in it, a one, and the
 * rest; what would be far too many zeros is Elias gamma behind some.
 */
void bits__put_rice(struct bit_writer *out, uint64_t value, unsigned int low);
uint64_t bits__get_rice(struct bit_reader *in, unsigned int low);

/* To whole bytes; without it some bits are missing. */
void bits__end(struct bit_writer *out);

#endif
