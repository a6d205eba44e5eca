/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text for people: the page that it is printed on, and the sections of the report.
 *
 * On a page there is nothing but printable ASCII, whatever a section forgot to escape, and no line is
 * wider than the terminal.
 */
#ifndef XT_OUTPUT_TEXT_H
#define XT_OUTPUT_TEXT_H

#include "output/format.h"

/* Of a file; a terminal's is its own, within these bounds. */
#define TEXT_WIDTH     100
#define TEXT_WIDTH_MIN 40
#define TEXT_WIDTH_MAX 160

struct text_page {
	FILE *out;
	unsigned int width;
};

/*
 * Print a page and pass it on to `out`. With a terminal's `width`, lines that are too long are broken;
 * 0 is a file, whose page is TEXT_WIDTH wide. Returns 0 or a negative errno.
 */
int text__print(FILE *out, unsigned int width,
		void (*print)(const struct text_page *page, const void *what), const void *what);

/*
 * A line with a line end, on as many lines of the page as its words need; all but the first are
 * indented.
 */
void text__wrap(const struct text_page *page, unsigned int indent, const char *text);
__attribute__((format(printf, 3, 4))) void text__say(const struct text_page *page,
						     unsigned int indent, const char *format, ...);

/* A line that is put together piece by piece; what does not fit is left out. */
struct text_line {
	size_t used;
	char text[2048];
};

__attribute__((format(printf, 2, 3))) void text_line__add(struct text_line *line,
							  const char *format, ...);

/*
 * Which run it is, and whether it lost too much, for pages that are about more than one run: behind
 * `before`, a word of the page or "".
 */
void text__run(const struct text_page *page, const char *before, const struct report *report);

/* Sections, in the order of the report. Each prints nothing where it has nothing to say. */
void text__head(const struct text_page *page, const struct report *report);
void text__cpu(const struct text_page *page, const struct report *report);
void text__vcpus(const struct text_page *page, const struct report *report);
void text__events(const struct text_page *page, const struct report *report);
void text__page_tables(const struct text_page *page, const struct report *report);
void text__served(const struct text_page *page, const struct report *report);
void text__wait(const struct text_page *page, const struct report *report);
void text__who(const struct text_page *page, const struct report *report);
void text__nics(const struct text_page *page, const struct report *report);
void text__latency(const struct text_page *page, const struct report *report);
void text__slowest(const struct text_page *page, const struct report *report);
void text__vcpu_notes(const struct text_page *page, const struct report *report);
/* Where there are no page tables to report: that the hardware does it. */
void text__no_page_tables(const struct text_page *page, const struct report *report);
/* Of --exact; false without it. */
bool text__exact(const struct text_page *page, const struct report *report);
void text__books(const struct text_page *page, const struct report *report);

#endif
