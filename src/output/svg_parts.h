/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The drawing's measures in pixels, and its tree. */
#ifndef XT_OUTPUT_SVG_PARTS_H
#define XT_OUTPUT_SVG_PARTS_H

#include "output/escape.h"
#include "output/palette.h"
#include "output/tree.h"

#define SVG_WIDTH  1240
#define SVG_MARGIN 20
#define SVG_TITLE  54  /* above each graph */
#define SVG_ROW	   22  /* a frame */
#define SVG_CELLS  32  /* a histogram */
#define SVG_FUNNEL 26  /* from the cpu graph down to the strip */
#define SVG_STRIP  18  /* all of vCPU time */
#define SVG_GAP	   22  /* below each graph */
#define SVG_CHAR   6.9 /* a character of a label surely fits in */
#define SVG_LEGEND 90
#define SVG_SCALE  320 /* of shades, in the legend */

struct svg_graph {
	enum kind kind;
	bool two;     /* a tree of two runs: colours and words are of what changed */
	double base;  /* y of the root's lower edge */
	uint64_t ns;  /* what the whole width is */
	double scale; /* pixels a ns */
};

/* The document's beginning; a line of text; a patch of colour. */
void svg__begin(FILE *out, unsigned int height, const char *what);
void svg__text(FILE *out, double x, double y, const char *class, const char *text);
void svg__swatch(FILE *out, double x, double y, double width, struct color color);
/* A frame's time without idle and the guest's own code. */
uint64_t svg__drawn_ns(const struct frame *frame);
/* The same of a tree of two runs, of the first one's. */
uint64_t svg__drawn_was_ns(const struct frame *frame);
/* Frames and cells from the root on, as far as they are drawn. */
void svg__tree(FILE *out, const struct svg_graph *graph, const struct frame *root);
/* Below the cpu graph: its place in the whole of vCPU time. */
void svg__strip(FILE *out, const struct svg_graph *graph, const struct cpu_account *cpu);

#endif
