// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One page that holds everything and asks for nothing: the figures as JSON, and the scripts of
 * src/output/html/ that draw them. It opens from a file, offline.
 *
 * Names may hold anything. In the JSON every character outside ASCII and every '<' is an escape
 * sequence, so that no name ends the element it lies in; the scripts set text, never markup.
 */
#include "output/html_parts.h"

#include <errno.h>
#include <string.h>

#include "output/escape.h"

/* Nothing may be loaded, not even by what a name would smuggle in. */
static const char top[] =
	"<!doctype html>\n"
	"<html lang=\"en\" data-theme=\"light\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
	"form-action 'none'\">\n";

static void print_file(FILE *out, const struct html_file *file)
{
	fwrite(file->text, 1, file->end - file->text, out);
}

/* What the page takes without its data, its title nearly. */
static size_t bytes_of_files(const struct html_page *page)
{
	size_t bytes = sizeof(top) + (html_style.end - html_style.text) +
		       (page->body.end - page->body.text) + 1000;

	for (size_t i = 0; i < page->nr_scripts; i++)
		bytes += page->scripts[i].end - page->scripts[i].text;
	return bytes;
}

/*
 * '<' and DEL, which is no character of HTML, are part of no JSON syntax: they are in a string, where an
 * escape sequence may stand for them.
 */
int html__write_escaped(const char *text, size_t size, void *out)
{
	while (size) {
		size_t len = 0;

		while (len < size && text[len] != '<' && text[len] != '\x7f')
			len++;
		if (fwrite(text, 1, len, out) != len)
			return -1;
		if (len < size && fprintf(out, "\\u%04x", text[len++]) < 0)
			return -1;
		text += len;
		size -= len;
	}
	return 0;
}

void html__begin(FILE *out, const struct html_page *page, const char *title)
{
	char escaped[2 * ESCAPE_LEN];

	fputs(top, out);
	fprintf(out, "<title>xentrace-bpf: %s</title>\n<style>\n",
		escape__xml(escaped, sizeof(escaped), title));
	print_file(out, &html_style);
	fputs("</style>\n</head>\n<body>\n", out);
	print_file(out, &page->body);
	fputs("<script type=\"application/json\" id=\"data\">", out);
}

void html__end(FILE *out, const struct html_page *page)
{
	fputs("</script>\n<script>\n\"use strict\";\n", out);
	for (size_t i = 0; i < page->nr_scripts; i++)
		print_file(out, &page->scripts[i]);
	fputs("</script>\n</body>\n</html>\n", out);
}

static int html__total(FILE *out, const struct report *report)
{
	const struct html_page *page = &html_report_page;
	char title[ESCAPE_LEN], stamp[STAMP_LEN];
	int err;

	report__stamp(stamp, report);
	snprintf(title, sizeof(title), "%.300s %.16s", report->run->host ? report->run->host : "",
		 stamp);
	html__begin(out, page, title);
	err = html__data(report, out, html__write_escaped, HTML_BYTES - bytes_of_files(page));
	html__end(out, page);
	/* jansson says only that it failed: the stream knows more. */
	return output__finish(out) ?: err;
}

const struct output output_html = {
	.name = "html",
	.extension = ".html",
	.wants_series = true,
	.is_document = true,
	.header = output__nothing,
	.interval = output__nothing,
	.total = html__total,
};
