// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/text_page.h"

#define INDENT 5 /* of what did not fit; the same for all, so that a table keeps its columns */

FILE *text_page__begin(struct text_page *page)
{
	*page = (struct text_page) {};
	return open_memstream(&page->text, &page->len);
}

/*
 * Where a line that is too long ends: before the gap of two columns, if not too much is left behind
 * there; else behind the last word that fits, or within one that never will.
 */
static size_t cut(const char *line, size_t len, size_t width)
{
	size_t word = 0;

	if (len <= width)
		return len;
	for (size_t end = width; end > width / 2; end--) {
		if (line[end] != ' ' || line[end - 1] == ' ')
			continue;
		if (line[end + 1] == ' ')
			return end;
		if (!word)
			word = end;
	}
	return word ? word : width;
}

static void print_line(FILE *out, const char *line, size_t len, size_t width)
{
	size_t end = cut(line, len, width);

	fwrite(line, 1, end, out);
	while (line += end, len -= end) {
		/* the rest of the gap is the next column's */
		if (*line == ' ') {
			line++;
			len--;
		}
		end = cut(line, len, width - INDENT);
		fprintf(out, "\n%*s", INDENT, "");
		fwrite(line, 1, end, out);
	}
	fputc('\n', out);
}

int text_page__end(struct text_page *page, FILE *from, FILE *out, unsigned int width)
{
	int err = ferror(from) ? -ENOMEM : 0;
	char *line, *end;

	if (fclose(from))
		err = -ENOMEM;
	/* by its length: a NUL is one more character that does not belong there */
	for (line = page->text; !err && line < page->text + page->len; line = end + 1) {
		end = memchr(line, '\n', page->text + page->len - line);
		if (!end)
			break;
		for (char *c = line; c < end; c++)
			if (*c < ' ' || *c > '~')
				*c = '?';
		*end = '\0';
		print_line(out, line, end - line, width ? width : end - line);
	}
	free(page->text);
	return err;
}
