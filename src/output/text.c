// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The report for people: what was found first, then where it comes from. */
#include "output/text_parts.h"

#include <errno.h>
#include <time.h>

#include "output/spectrum.h"

/* -- 3  09:14:05Z + 1.0 s -------------------------------- */
static void print_interval_line(FILE *out, const struct report *report)
{
	time_t seconds = report->snap->wall_start_ns / 1000000000;
	char stamp[32] = "";
	struct tm tm;
	int used;

	if (report->timestamps && gmtime_r(&seconds, &tm))
		strftime(stamp, sizeof(stamp), "%H:%M:%SZ + ", &tm);
	used = fprintf(out, "-- %u  %s%.1f s ", report->interval_no, stamp,
		       report->ledger->elapsed_ns / 1e9);
	for (; used < (int)text__width(report); used++)
		fputc('-', out);
	fputs("\n\n", out);
}

static void print_interval(FILE *out, const struct report *report)
{
	print_interval_line(out, report);
	text__cpu(out, report);
	text__vcpus(out, report);
	text__events(out, report);
	text__page_tables(out, report);
	text__wait(out, report);
	text__nics(out, report);
	if (report->slower_ns)
		text__slowest(out, report);
	text__vcpu_notes(out, report);
}

static void print_total(FILE *out, const struct report *report)
{
	text__header_lines(out, report);
	text__findings(out, report);
	if (report->platform) {
		spectrum__print(out, report->platform, text__width(report));
		fputc('\n', out);
	}
	text__cpu(out, report);
	text__vcpus(out, report);
	text__events(out, report);
	text__page_tables(out, report);
	text__wait(out, report);
	text__nics(out, report);
	text__latency(out, report);
	text__slowest(out, report);
	text__books(out, report);
}

static int print_page(FILE *out, const struct report *report,
		      void (*print)(FILE *out, const struct report *report))
{
	struct text_page page;
	FILE *text = text_page__begin(&page);
	int err;

	if (!text)
		return -ENOMEM;
	print(text, report);
	err = text_page__end(&page, text, out, report->width);
	return output__finish(out) ?: err;
}

static int text__interval(FILE *out, const struct report *report)
{
	return print_page(out, report, print_interval);
}

static int text__total(FILE *out, const struct report *report)
{
	return print_page(out, report, print_total);
}

const struct output output_text = {
	.name = "text",
	.extension = ".txt",
	.header = output__nothing,
	.interval = text__interval,
	.total = text__total,
};
