/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs that are recorded in memory, and reported from there. */
#ifndef XT_TESTS_RECORDINGS_H
#define XT_TESTS_RECORDINGS_H

#include "fixture.h"
#include "recording/block.h"
#include "recording/recording.h"

/* What was written; data is freed by the caller, and ends with a NUL that does not count. */
struct blob {
	char *data;
	size_t size;
};

enum run_end {
	RUN_ENDS,    /* with its last interval */
	RUN_GOES_ON, /* for as long as one more */
	RUN_KILLED,  /* at the end of its last interval: no total */
};

/* What `output` writes in a live run that ends as the fixture does, and has these intervals. */
struct blob recordings__live(struct fixture *f, unsigned int intervals, enum run_end end,
			     const struct output *output);

/*
 * What `output` writes when this is reported; its header, intervals and totals as they are there.
 * Without an output one letter for each, "iit". Returns reader__new()'s or reader__next()'s error,
 * and in *damage (if not NULL) what is wrong, "" for nothing.
 */
int recordings__report(const void *data, size_t size, const struct output *output,
		       struct blob *text, char damage[160]);
/* The same, to a stream. */
int recordings__report_to(FILE *out, const void *data, size_t size, const struct output *output,
			  char damage[160]);

/* Fails the test, named `what`, and shows where they differ. */
void recordings__assert_same(const struct blob *a, const struct blob *b, const char *what);

#endif
