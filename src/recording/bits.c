// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/bits.h"

void bits__put(struct bit_writer *out, uint64_t value, unsigned int nr)
{
	for (; nr > 32; nr -= 32, value >>= 32)
		bits__put(out, (uint32_t)value, 32);
	out->value |= value << out->nr;
	for (out->nr += nr; out->nr >= 8; out->nr -= 8) {
		uint8_t byte = out->value;

		bytes__put(out->out, &byte, 1);
		out->value >>= 8;
	}
}

void bits__end(struct bit_writer *out)
{
	bits__put(out, 0, -out->nr & 7);
}

/* At least 57 bits, or all that are left. */
static void refill(struct bit_reader *in)
{
	for (; in->nr <= 56 && in->in.at < in->in.end; in->nr += 8)
		in->value |= (uint64_t)*in->in.at++ << in->nr;
}

uint64_t bits__get_more(struct bit_reader *in, unsigned int nr)
{
	uint64_t low;

	if (nr > 32) {
		low = bits__get(in, 32);
		return low | bits__get(in, nr - 32) << 32;
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

void bits__put_gamma(struct bit_writer *out, uint64_t value)
{
	unsigned int below = bits__width(value) - 1;

	bits__put(out, 0, below);
	bits__put(out, 1, 1);
	bits__put(out, value & ((1ull << below) - 1), below);
}

unsigned int bits__get_more_zeros(struct bit_reader *in)
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

void bits__put_rice(struct bit_writer *out, uint64_t value, unsigned int low)
{
	bool escapes = value >> low >= BITS_ESCAPE;

	bits__put(out, 0, escapes ? BITS_ESCAPE : value >> low);
	bits__put(out, 1, 1);
	if (escapes)
		bits__put_gamma(out, value + 1);
	else
		bits__put(out, value & ((1ull << low) - 1), low);
}
