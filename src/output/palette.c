// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/palette.h"

#include "model/hist.h"

/* Fast, middle, slow. Lightness falls from stop to stop by the same steps in each hue. */
static const struct color stops[MECH_NR][3] = {
	[MECH_GUEST] = { { 236, 232, 225 }, { 170, 160, 145 }, { 74, 66, 54 } },
	[MECH_PV] = { { 255, 243, 176 }, { 240, 180, 10 }, { 115, 72, 0 } },
	[MECH_EMULATED] = { { 255, 221, 212 }, { 228, 87, 56 }, { 105, 14, 12 } },
	[MECH_HARDWARE] = { { 216, 240, 208 }, { 76, 165, 84 }, { 12, 74, 30 } },
	[MECH_STOLEN] = { { 222, 229, 238 }, { 124, 147, 178 }, { 44, 62, 84 } },
	[MECH_UNATTRIBUTED] = { { 236, 224, 243 }, { 165, 124, 194 }, { 76, 42, 100 } },
};

static struct color mix(struct color a, struct color b, double t)
{
	return (struct color) {
		a.red + (b.red - a.red) * t + .5,
		a.green + (b.green - a.green) * t + .5,
		a.blue + (b.blue - a.blue) * t + .5,
	};
}

struct color palette__frame(enum mech mech)
{
	const struct color *stop = stops[(unsigned int)mech < MECH_NR ? mech : MECH_UNATTRIBUTED];

	return mix(stop[0], stop[1], .3);
}

/* The histogram's index is a logarithm already: eight steps for each doubling. */
struct color palette__cell(enum mech mech, uint64_t latency_ns)
{
	const struct color *stop = stops[(unsigned int)mech < MECH_NR ? mech : MECH_UNATTRIBUTED];
	double fast = hist__index(PALETTE_FAST_NS), slow = hist__index(PALETTE_SLOW_NS);
	double t = (hist__index(latency_ns) - fast) / (slow - fast);

	if (t < 0)
		t = 0;
	if (t > 1)
		t = 1;
	return t < .5 ? mix(stop[0], stop[1], 2 * t) : mix(stop[1], stop[2], 2 * t - 1);
}

struct color palette__change(double share)
{
	static const struct color less = { 66, 124, 196 }, same = { 250, 248, 244 },
				  more = { 222, 84, 60 };

	return share < 0 ? mix(same, less, -share) : mix(same, more, share);
}

bool palette__is_dark(struct color color)
{
	return 299 * color.red + 587 * color.green + 114 * color.blue < 128 * 1000;
}
