/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The drawing's measures in pixels, and its tree. */
#ifndef XT_OUTPUT_SVG_PARTS_H
#define XT_OUTPUT_SVG_PARTS_H

#include "output/escape.h"
#include "output/palette.h"
#include "output/tree.h"

#define SVG_WIDTH  1240
#define SVG_MARGIN 20
#define SVG_TITLE  46 /* above each graph */
#define SVG_ROW	   22 /* a frame */
#define SVG_CELLS  32 /* a histogram */
#define SVG_GAP	   22 /* below each graph */
#define SVG_LEGEND 90

struct svg_graph {
	enum kind kind;
	double base;  /* y of the root's lower edge */
	uint64_t ns;  /* what the whole width is */
	double scale; /* pixels a ns */
};

/* Frames and cells from the root on, without idle. */
void svg__tree(FILE *out, const struct svg_graph *graph, const struct frame *root);

#endif
