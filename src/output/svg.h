/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The colours of every drawing: hue is the mechanism, shade the latency, on one scale for all, so
 * that a dark cell is slow wherever it stands. Mechanisms are told apart by letters too.
 */
#ifndef XT_OUTPUT_SVG_H
#define XT_OUTPUT_SVG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/terms.h"

struct color {
	unsigned char red, green, blue;
};

/* The scale's ends: what is faster or slower has the shade of the end. About 1 us and 134 ms. */
#define PALETTE_FAST_NS (1ULL << 10)
#define PALETTE_SLOW_NS (1ULL << 27)

/* A frame, whose time is made of many latencies: a pale tint of its mechanism. */
struct color palette__frame(enum mech mech);
/* A histogram cell. */
struct color palette__cell(enum mech mech, uint64_t latency_ns);
/* What changed: from -1, only before, in blue, through white to 1, only after, in red. */
struct color palette__change(double share);
/* Does text on this colour have to be white? */
bool palette__is_dark(struct color color);

#endif
