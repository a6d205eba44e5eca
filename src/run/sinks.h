/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where a run's report goes: files and standard output, several at once. */
#ifndef XT_RUN_SINKS_H
#define XT_RUN_SINKS_H

#include <stdbool.h>

#include "run/outfile.h"
#include "output/format.h"

#define SINKS_MAX 8

struct sink {
	const char *path; /* "-": standard output; outfile_stderr */
	const struct output *output;
	struct outfile to;
	void *state; /* the output's */
	bool grows;  /* it has its name from its first part on */
	bool gone;   /* a standard one's reader */
};

struct sinks {
	struct sink sink[SINKS_MAX];
	unsigned int nr;
	mode_t mode; /* permissions of files; 0: none were asked for */
	bool live;
	bool only_whole; /* intervals are for outputs that others are made from */
};

/* Add one. Opens nothing yet. Returns 0, or -EINVAL with a message. */
int sinks__add(struct sinks *sinks, const char *path, const struct output *output);

/* What is known of them before the first part. */
struct sinks_use {
	const struct stat *input; /* the recording that is read; NULL for none */
	bool live;		  /* of a run that goes on */
	bool intervals;		  /* which were asked for */
};

/*
 * Open all of them, before anything is traced. What is there is touched later (run/outfile.h). Of a
 * live run each output takes its name when it is whole, since what was measured cannot be measured
 * again; but two kinds grow instead, and take it when the run begins, so that they can be read
 * meanwhile and what a crash leaves is found: a recording, and the text or JSON of intervals. What
 * is made from a recording takes its name when all of it is whole: sinks__publish().
 *
 * Returns 0 or a negative errno, with a message; -EINVAL for an output that is the input or another
 * output, by whichever name.
 */
int sinks__open(struct sinks *sinks, const struct sinks_use *use);

/* Does any of them draw report->series? */
bool sinks__want_series(const struct sinks *sinks);
/* Does any of them draw intervals when the run ends? */
bool sinks__keep_intervals(const struct sinks *sinks);
/* Does any of them show intervals? */
bool sinks__show_intervals(const struct sinks *sinks);

/*
 * SINK_UNASKED: an interval for those alone that keep it. SINK_READING: the whole so far, for an
 * exporter alone.
 */
enum sink_part { SINK_HEADER, SINK_INTERVAL, SINK_UNASKED, SINK_READING, SINK_TOTAL };

/*
 * Write a part to each. Returns 0; -EPIPE, quietly, when a standard one's reader is gone, and
 * then leaves it out; or another negative errno, with a message that names the file.
 */
int sinks__write(struct sinks *sinks, enum sink_part part, const struct report *report);

/* Let all of them have their names. Returns 0 or a negative errno, with a message. */
int sinks__publish(struct sinks *sinks);

/*
 * Close them, and drop what has not become whole; a write error that shows only now counts. Returns
 * 0 or a negative errno.
 */
int sinks__close(struct sinks *sinks);

#endif
