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
static size_t bytes_of_files(void)
{
	size_t bytes = sizeof(top) + (html_style.end - html_style.text) +
		       (html_body.end - html_body.text) + 1000;

	for (size_t i = 0; i < html_nr_scripts; i++)
		bytes += html_scripts[i].end - html_scripts[i].text;
	return bytes;
}

static void print_title(FILE *out, const struct report *report)
{
	char host[ESCAPE_LEN], stamp[STAMP_LEN];

	report__stamp(stamp, report);
	fprintf(out, "<title>xentrace-bpf: %s %.16s</title>\n",
		escape__xml(host, sizeof(host), report->run->host ? report->run->host : ""), stamp);
}

/* '<' is part of no JSON syntax: it is in a string, where an escape sequence may stand for it. */
static int write_escaped(const char *text, size_t size, void *out)
{
	while (size) {
		const char *found = memchr(text, '<', size);
		size_t len = found ? (size_t)(found - text) : size;

		if (fwrite(text, 1, len, out) != len || (found && fputs("\\u003c", out) < 0))
			return -1;
		text += len + !!found;
		size -= len + !!found;
	}
	return 0;
}

static int html__total(FILE *out, const struct report *report)
{
	int err;

	fputs(top, out);
	print_title(out, report);
	fputs("<style>\n", out);
	print_file(out, &html_style);
	fputs("</style>\n</head>\n<body>\n", out);
	print_file(out, &html_body);
	fputs("<script type=\"application/json\" id=\"data\">", out);
	err = html__data(report, out, write_escaped, HTML_BYTES - bytes_of_files());
	fputs("</script>\n<script>\n\"use strict\";\n", out);
	for (size_t i = 0; i < html_nr_scripts; i++)
		print_file(out, &html_scripts[i]);
	fputs("</script>\n</body>\n</html>\n", out);
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
