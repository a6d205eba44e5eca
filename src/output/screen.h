/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A screen of cells: what a terminal is to show, as plain data. What is drawn beyond its edges is
 * left out, so that whoever draws need not ask how large it is.
 */
#ifndef XT_OUTPUT_SCREEN_H
#define XT_OUTPUT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/terms.h"

/* How a cell is painted; run/terminal.c says what that is on a terminal. */
enum paint {
	PAINT_PLAIN,
	PAINT_DIM,    /* what matters least */
	PAINT_STRONG, /* what matters most */
	PAINT_TITLE,  /* a table's head */
	PAINT_ALARM,  /* a finding, and lost data */
	PAINT_MECH,   /* + enum mech */
	PAINT_NR = PAINT_MECH + MECH_NR,
};

/* Glyphs are ASCII, or one of these: a bar's ends, whose last cell is filled by eighths. */
#define GLYPH_FULL	0x2588
#define GLYPH_EIGHTH	0x258f /* one; GLYPH_FULL is all of them */
#define GLYPH_SHADE	0x2591 /* of a bar that is to recede */
#define GLYPH_LINE	0x2500
#define GLYPH_CURSOR	0x25c6
#define GLYPH_ASCII_BAR '#' /* of a bar, where a terminal has ASCII alone */

struct screen_cell {
	uint16_t glyph;
	uint8_t paint;
	bool selected; /* of the row that keys mean */
};

struct screen {
	unsigned int width, height;
	struct screen_cell *cells; /* row by row */
};

/* An empty one. Returns 0 or -ENOMEM; the caller frees it with screen__free(). */
int screen__init(struct screen *screen, unsigned int width, unsigned int height);
void screen__free(struct screen *screen);
void screen__clear(struct screen *screen);
void screen__clear_line(struct screen *screen, unsigned int y);

/* The cell there; NULL beyond the edges. */
struct screen_cell *screen__at(struct screen *screen, unsigned int y, unsigned int x);
void screen__put(struct screen *screen, unsigned int y, unsigned int x, uint16_t glyph,
		 enum paint paint);
/* Returns the column behind the text. What is not printable ASCII is '?'. */
unsigned int screen__print(struct screen *screen, unsigned int y, unsigned int x, enum paint paint,
			   const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The same, ending at column `end` (exclusive). */
void screen__print_right(struct screen *screen, unsigned int y, unsigned int end, enum paint paint,
			 const char *format, ...) __attribute__((format(printf, 5, 6)));
/* A share, 0 to 1, of `width` columns; what is more than nothing is seen. One
 * of PAINT_DIM recedes, and is of whole columns. */
void screen__bar(struct screen *screen, unsigned int y, unsigned int x, unsigned int width,
		 double share, enum paint paint);
/* Mark a row, up to that column. */
void screen__select(struct screen *screen, unsigned int y, unsigned int end);

/* As text in UTF-8, a line each row without the spaces at its end; then, where `paints`, how they are painted. */
void screen__dump(const struct screen *screen, FILE *out, bool paints);

#endif
