/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text for people, on its way to a file or terminal: nothing is in it but printable ASCII, whatever a
 * section forgot to escape, and no line is wider than the terminal.
 */
#ifndef XT_OUTPUT_TEXT_PAGE_H
#define XT_OUTPUT_TEXT_PAGE_H

#include <stdio.h>

/* Of a file; a terminal's is its own, within these bounds. */
#define TEXT_WIDTH     100
#define TEXT_WIDTH_MIN 40
#define TEXT_WIDTH_MAX 160

/* For what is laid out; 0 is a file. */
static inline unsigned int text_page__width(unsigned int width)
{
	return width ? width : TEXT_WIDTH;
}

struct text_page {
	char *text;
	size_t len;
};

/* The stream to print whole lines into, to be given back to text_page__end(); NULL without memory. */
FILE *text_page__begin(struct text_page *page);
/* Pass them on, those of a file as they are, and free all. Returns 0 or -ENOMEM: the stream knows what writing failed with. */
int text_page__end(struct text_page *page, FILE *from, FILE *out, unsigned int width);

#endif
