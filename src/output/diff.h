/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The comparison of two runs, for those outputs that have a diff(). */
#ifndef XT_OUTPUT_DIFF_H
#define XT_OUTPUT_DIFF_H

#include "model/diff.h"
#include "output/format.h"

struct diff_report {
	const struct diff *diff;
	struct report run[DIFF_SIDES]; /* each with the whole of its run */
	const char *file[DIFF_SIDES];
	bool verbose;
	unsigned int width; /* of text; 0: a file's */
};

/* Returns 0 or a negative errno. */
int diff__text(FILE *out, const struct diff_report *report);
int diff__json(FILE *out, const struct diff_report *report);

/* "sda", or where the sides differ "sda>xvda"; one that is not there is left out. */
const char *diff__both(char *buf, size_t size, const bool there[DIFF_SIDES], const char *before,
		       const char *after);

#endif
