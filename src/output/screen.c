// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/screen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 512

int screen__init(struct screen *screen, unsigned int width, unsigned int height)
{
	*screen = (struct screen) { .width = width, .height = height };
	screen->cells = calloc((size_t)width * height + 1, sizeof(*screen->cells));
	if (!screen->cells)
		return -ENOMEM;
	screen__clear(screen);
	return 0;
}

void screen__free(struct screen *screen)
{
	free(screen->cells);
	*screen = (struct screen) {};
}

void screen__clear_line(struct screen *screen, unsigned int y)
{
	for (unsigned int x = 0; screen__at(screen, y, x); x++)
		*screen__at(screen, y, x) = (struct screen_cell) { .glyph = ' ' };
}

void screen__clear(struct screen *screen)
{
	for (unsigned int y = 0; y < screen->height; y++)
		screen__clear_line(screen, y);
}

struct screen_cell *screen__at(struct screen *screen, unsigned int y, unsigned int x)
{
	if (y >= screen->height || x >= screen->width)
		return NULL;
	return &screen->cells[(size_t)y * screen->width + x];
}

void screen__put(struct screen *screen, unsigned int y, unsigned int x, uint16_t glyph,
		 enum paint paint)
{
	struct screen_cell *cell = screen__at(screen, y, x);

	if (!cell)
		return;
	cell->glyph = glyph;
	cell->paint = paint;
}

static unsigned int put_text(struct screen *screen, unsigned int y, unsigned int x,
			     enum paint paint, const char *text)
{
	for (; *text; text++, x++)
		screen__put(screen, y, x, *text >= ' ' && *text <= '~' ? *text : '?', paint);
	return x;
}

unsigned int screen__print(struct screen *screen, unsigned int y, unsigned int x, enum paint paint,
			   const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return put_text(screen, y, x, paint, text);
}

void screen__print_right(struct screen *screen, unsigned int y, unsigned int end, enum paint paint,
			 const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;
	size_t len;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	len = strlen(text);
	put_text(screen, y, len < end ? end - len : 0, paint, len < end ? text : text + len - end);
}

void screen__bar(struct screen *screen, unsigned int y, unsigned int x, unsigned int width,
		 double share, enum paint paint)
{
	unsigned int eighths;

	if (!(share > 0))
		return;
	eighths = (share < 1 ? share : 1) * width * 8 + .5;
	if (!eighths)
		eighths = 1;
	if (paint == PAINT_DIM) {
		for (unsigned int i = 0; i < (eighths + 7) / 8; i++)
			screen__put(screen, y, x + i, GLYPH_SHADE, paint);
		return;
	}
	for (; eighths >= 8; eighths -= 8)
		screen__put(screen, y, x++, GLYPH_FULL, paint);
	if (eighths)
		screen__put(screen, y, x, GLYPH_EIGHTH + 1 - eighths, paint);
}

void screen__select(struct screen *screen, unsigned int y, unsigned int end)
{
	for (unsigned int x = 0; x < end && screen__at(screen, y, x); x++)
		screen__at(screen, y, x)->selected = true;
}

static void dump_glyph(FILE *out, unsigned int glyph)
{
	if (glyph < 0x80)
		fputc(glyph, out);
	else
		fprintf(out, "%c%c%c", 0xe0 | glyph >> 12, 0x80 | (glyph >> 6 & 63),
			0x80 | (glyph & 63));
}

/* A letter for each paint; capital where it is selected. */
static char paint_letter(const struct screen_cell *cell)
{
	static const char letters[] = ".dst!gpehwu";
	char letter = cell->paint < PAINT_NR ? letters[cell->paint] : '?';

	if (!cell->selected)
		return letter;
	return letter >= 'a' ? letter - 'a' + 'A' : '*';
}

void screen__dump(const struct screen *screen, FILE *out, bool paints)
{
	for (unsigned int y = 0; y < screen->height; y++) {
		const struct screen_cell *row = &screen->cells[(size_t)y * screen->width];
		unsigned int end = screen->width;

		while (end &&
		       (paints ? paint_letter(&row[end - 1]) == '.' : row[end - 1].glyph == ' '))
			end--;
		for (unsigned int x = 0; x < end; x++) {
			if (paints)
				fputc(paint_letter(&row[x]), out);
			else
				dump_glyph(out, row[x].glyph);
		}
		fputc('\n', out);
	}
}
