// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The report for people: what was found first, then where it comes from. */
#include "output/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/detect.h"
#include "output/diff.h"

#define INDENT 5 /* of what did not fit; the same for all, so that a table keeps its columns */

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

/* By its length: a NUL is one more character that does not belong there. */
static void pass_on(FILE *out, char *text, size_t len, unsigned int width)
{
	char *end;

	for (char *line = text; line < text + len; line = end + 1) {
		end = memchr(line, '\n', text + len - line);
		if (!end)
			break;
		for (char *c = line; c < end; c++)
			if (*c < ' ' || *c > '~')
				*c = '?';
		*end = '\0';
		print_line(out, line, end - line, width ? width : end - line);
	}
}

int text__print(FILE *out, unsigned int width,
		void (*print)(const struct text_page *page, const void *what), const void *what)
{
	struct text_page page = { .width = width ? width : TEXT_WIDTH };
	char *text = NULL;
	size_t len = 0;
	int err = 0;

	page.out = open_memstream(&text, &len);
	if (!page.out)
		return -ENOMEM;
	print(&page, what);
	if (ferror(page.out))
		err = -ENOMEM;
	if (fclose(page.out))
		err = -ENOMEM;
	if (!err)
		pass_on(out, text, len, width);
	free(text);
	return output__finish(out) ?: err;
}

void text__wrap(const struct text_page *page, unsigned int indent, const char *text)
{
	unsigned int used = 0;
	size_t len = strlen(text);
	const char *last;

	while (len && text[len - 1] == ' ')
		len--;
	last = text + len;
	while ((size_t)(last - text) + used > page->width) {
		const char *limit = text + page->width - used, *end = limit;

		while (end > text && *end != ' ')
			end--;
		while (end > text && end[-1] == ' ')
			end--;
		/* A word longer than a line is broken. */
		if (end == text)
			end = limit;
		for (; text < end; text++)
			fputc(*text >= ' ' && *text <= '~' ? *text : '?', page->out);
		fprintf(page->out, "\n%*s", indent, "");
		used = indent;
		while (*text == ' ')
			text++;
	}
	for (; text < last; text++)
		fputc(*text >= ' ' && *text <= '~' ? *text : '?', page->out);
	fputc('\n', page->out);
}

static void add_args(struct text_line *line, const char *format, va_list args)
{
	size_t left = sizeof(line->text) - line->used;
	int len = vsnprintf(line->text + line->used, left, format, args);

	if (len > 0)
		line->used += (size_t)len < left ? (size_t)len : left - 1;
}

void text_line__add(struct text_line *line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_args(line, format, args);
	va_end(args);
}

void text__say(const struct text_page *page, unsigned int indent, const char *format, ...)
{
	struct text_line line = {};
	va_list args;

	va_start(args, format);
	add_args(&line, format, args);
	va_end(args);
	text__wrap(page, indent, line.text);
}

/* -- 3  09:14:05Z + 1.0 s -------------------------------- */
static void print_interval_line(const struct text_page *page, const struct report *report)
{
	time_t seconds = report->snap->wall_start_ns / 1000000000;
	char stamp[32] = "";
	struct tm tm;
	int used;

	if (report->timestamps && gmtime_r(&seconds, &tm))
		strftime(stamp, sizeof(stamp), "%H:%M:%SZ + ", &tm);
	used = fprintf(page->out, "-- %u  %s%.1f s ", report->interval_no, stamp,
		       report->ledger->elapsed_ns / 1e9);
	for (; used < (int)page->width; used++)
		fputc('-', page->out);
	fputs("\n\n", page->out);
}

static void print_sections(const struct text_page *page, const struct report *report)
{
	text__cpu(page, report);
	text__vcpus(page, report);
	text__events(page, report);
	text__page_tables(page, report);
	text__served(page, report);
	text__wait(page, report);
	text__who(page, report);
	text__nics(page, report);
}

static void print_interval(const struct text_page *page, const void *what)
{
	const struct report *report = what;

	print_interval_line(page, report);
	print_sections(page, report);
	if (report->slower_ns)
		text__slowest(page, report);
	text__vcpu_notes(page, report);
}

static void print_total(const struct text_page *page, const void *what)
{
	const struct report *report = what;

	text__head(page, report);
	if (report->platform) {
		detect__spectrum(page, report->platform);
		fputc('\n', page->out);
	}
	print_sections(page, report);
	text__latency(page, report);
	text__slowest(page, report);
	text__books(page, report);
}

static int text__interval(FILE *out, const struct report *report)
{
	return text__print(out, report->width, print_interval, report);
}

static int text__total(FILE *out, const struct report *report)
{
	return text__print(out, report->width, print_total, report);
}

const struct output output_text = {
	.name = "text",
	.extension = ".txt",
	.header = output__nothing,
	.interval = text__interval,
	.total = text__total,
	.diff = diff__text,
};
