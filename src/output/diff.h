/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The formats of a comparison of two runs. */
#ifndef XT_OUTPUT_DIFF_H
#define XT_OUTPUT_DIFF_H

#include <jansson.h>

#include "model/diff.h"
#include "output/format.h"

struct diff_report {
	const struct diff *diff;
	struct report run[DIFF_SIDES]; /* each with the whole of its run */
	const char *file[DIFF_SIDES];
	bool verbose;
	unsigned int width; /* of text; 0: a file's */
};

struct diff_output {
	const char *name;      /* --format */
	const char *extension; /* of -o FILE */
	/* Returns 0 or a negative errno: what writing failed with, or -ENOMEM. */
	int (*print)(FILE *out, const struct diff_report *report);
};

/* By name, by a file's extension; NULL for another one. */
const struct diff_output *diff_output__find(const char *name);
const struct diff_output *diff_output__for_file(const char *path);

extern const struct diff_output diff_text;
extern const struct diff_output diff_json;
extern const struct diff_output diff_folded;
extern const struct diff_output diff_svg;
extern const struct diff_output diff_html;

/* "sda", or where the sides differ "sda>xvda"; one that is not there is left out. */
const char *diff__both(char *buf, size_t size, const bool there[DIFF_SIDES], const char *before,
		       const char *after);

/* How it was judged, as a sentence: how many comparisons changed, the method, the drift. */
#define DIFF_JUDGEMENT_LEN 512
void diff__judgement(char buf[DIFF_JUDGEMENT_LEN], const struct diff *diff);
/* All of it as one object, owned by the caller; NULL without memory. */
json_t *diff__json(const struct diff_report *report);

#endif
