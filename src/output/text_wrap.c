// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "output/text_parts.h"

void text__wrap(FILE *out, unsigned int width, unsigned int used, unsigned int indent,
		const char *text)
{
	size_t len = strlen(text);
	const char *last;

	while (len && text[len - 1] == ' ')
		len--;
	last = text + len;
	while ((size_t)(last - text) + used > width) {
		const char *cut = text + (used < width ? width - used : 0);
		const char *end = cut;

		while (end > text && *end != ' ')
			end--;
		/* A word longer than a line is broken, unless it fits on the next one. */
		if (end == text && used <= indent)
			end = cut;
		for (; text < end; text++)
			fputc(*text >= ' ' && *text <= '~' ? *text : '?', out);
		fprintf(out, "\n%*s", indent, "");
		used = indent;
		while (*text == ' ')
			text++;
	}
	for (; text < last; text++)
		fputc(*text >= ' ' && *text <= '~' ? *text : '?', out);
	fputc('\n', out);
}
