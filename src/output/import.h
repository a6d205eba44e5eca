/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `import` prints: Xen's records beside the ledger, or the records themselves. */
#ifndef XT_OUTPUT_IMPORT_H
#define XT_OUTPUT_IMPORT_H

#include "output/json.h"
#include "xentrace/beside.h"

/* It owns nothing of it. */
struct import_report {
	const struct beside *beside;
	const struct exits *exits;
	const struct records_about *records;
	uint64_t nobodys; /* records of guests of which nothing says whose they are */
	const struct run_info *run;
	const struct platform *platform;
	const struct snapshot *snap;
	const struct ledger *ledger;
};

/* `width` is a terminal's, or 0. Each returns 0 or a negative errno. */
int import__text(FILE *out, unsigned int width, const struct import_report *report);
int import__json(FILE *out, const struct import_report *report);

extern const struct json_document json_import;

/* Nothing of either is missing, but what a report may lose. */
bool import__is_complete(const struct import_report *report);

/* All records in the order of time, a line each (xentrace-bpf-import(8)). Returns 0 or a negative errno. */
int import__records(FILE *out, struct records *records, struct census *census);

#endif
