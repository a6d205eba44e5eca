/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The parts of the page: its files, embedded at build time, and the figures that they draw. */
#ifndef XT_OUTPUT_HTML_PARTS_H
#define XT_OUTPUT_HTML_PARTS_H

#include "output/json_parts.h"

/*
 * A page stays below this, for which the course of the run is drawn with fewer latencies and longer
 * steps where that is needed; so much is left to it even by a guest of a thousand devices.
 */
#define HTML_BYTES	1000000
#define HTML_SERIES_MIN 100000

/* A file of src/output/html/, in the order in which the page has them. */
struct html_file {
	const char *text, *end;
};

extern const struct html_file html_style;

/* What lies below the body's tag, and the scripts that draw into it. */
struct html_page {
	struct html_file body;
	const struct html_file *scripts;
	size_t nr_scripts;
};

extern const struct html_page html_report_page, html_diff_page;

/*
 * What stands before the page's data, a JSON text by html__write_escaped(), and after it. The title
 * is escaped here.
 */
void html__begin(FILE *out, const struct html_page *page, const char *title);
void html__end(FILE *out, const struct html_page *page);
/* For json_stream's `write`: no name ends the element that it lies in. Returns 0 or -1. */
int html__write_escaped(const char *text, size_t size, void *out);

/*
 * Names of mechanisms, areas and kinds by their numbers; colours by mechanism: its frames', and one
 * for each bucket from the scale's first to its last; and of what changed. Owned by the caller;
 * NULL without memory.
 */
json_t *html__terms(void);
json_t *html__palette(void);

/*
 * All that the page draws: the ledger's rows, both trees, the snapshot's histograms, the palette.
 * Written by `write`, as in struct json_stream; the course takes what is left of `max_bytes`. Returns
 * 0, -ENOMEM or -EIO.
 */
int html__data(const struct report *report, FILE *out, json_dump_callback_t write,
	       size_t max_bytes);
/* Event channels by kind and device, owned by the caller; NULL without memory. */
json_t *html__events(const struct report *report);
/*
 * The course of every path of the snapshot: columns' edges in ms since its start, and a string for
 * each path. Counts only; `max_bytes` of text. JSON null where there is no course.
 */
json_t *html__series(const struct report *report, size_t max_bytes);

#endif
