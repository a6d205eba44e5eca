/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The formats of a report, by name or by a file's extension. */
#ifndef XT_OUTPUT_FORMAT_H
#define XT_OUTPUT_FORMAT_H

#include <stdbool.h>
#include <stdio.h>

#include "model/ledger.h"
#include "model/series.h"
#include "model/snapshot.h"
#include "platform/platform.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/*
 * All that an output may print; it owns nothing of it. `ledger` was built from `snap` and
 * `platform`. header() is called once, before there is data: `snap` and `ledger` may be NULL then.
 */
struct report {
	const struct run_info *run;
	const struct platform *platform;
	const struct snapshot *snap;
	const struct ledger *ledger;
	const struct series *series; /* the run's course, where an output wants_series; else NULL */
	unsigned int interval_no;    /* 1, 2, …; for total(): how many intervals there were */
	uint64_t slower_ns;	     /* show all the slowest requests that took longer; 0: one */
	bool timestamps;
	bool verbose;
	bool per_vcpu;	    /* -C */
	unsigned int width; /* of text; 0: a file's */
	void *state;	    /* what the output's open() made; its own */
};

struct diff_report; /* output/diff.h */

/*
 * One format. header() begins the output, interval() is called for each interval's difference and
 * total() ends it with the whole run. A format that only draws the whole run leaves the first two
 * empty. Each returns 0 or a negative errno: what writing to the stream failed with, or -ENOMEM.
 */
struct output {
	const char *name;	    /* "json": --format */
	const char *extension;	    /* ".json": -o FILE; ".trace.json" goes before it */
	const char *also_extension; /* another one, or NULL */
	bool wants_series;	    /* total() draws report->series */
	/* interval() only keeps what total() draws, and has intervals that nobody asked for, too */
	bool keeps_intervals;
	bool is_document; /* total() writes a whole file: a later one replaces it */
	int (*header)(FILE *out, const struct report *report);
	int (*interval)(FILE *out, const struct report *report);
	int (*total)(FILE *out, const struct report *report);
	/* The comparison of two runs; NULL: there is none in this format. */
	int (*diff)(FILE *out, const struct diff_report *report);
	/* What a format remembers between its parts; NULL for one that remembers nothing. */
	void *(*open)(void); /* NULL without memory */
	void (*close)(void *state);
};

/* The format of that name, or NULL. */
const struct output *output__find(const char *name);
/* The format of a file by its extension, in any case; NULL for another one or none. */
const struct output *output__for_file(const char *path);
/* ".svg" of "run.svg", "" of "a.d/run". The name alone says it. */
const char *output__extension(const char *path);
/* The i-th format, NULL after the last: for a list in --help. */
const struct output *output__at(unsigned int i);

extern const struct output output_text;
extern const struct output output_json;
extern const struct output output_folded;
extern const struct output output_svg;
extern const struct output output_html;
extern const struct output output_openmetrics;
extern const struct output output_otlp;
extern const struct output output_pprof;
extern const struct output output_trace_json;
extern const struct output output_recording;

/* When the run began, before a plus and its length: "2026-11-22 09:14:02Z + "; "" if unknown. */
#define STAMP_LEN 32
void report__stamp(char stamp[STAMP_LEN], const struct report *report);

/* What every format returns at its end: flush the stream, and say whether all was written. */
int output__finish(FILE *out);
/* A header() or interval() that has nothing to say. */
int output__nothing(FILE *out, const struct report *report);

#endif
