/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where a run's report goes: files and standard output, several at once. */
#ifndef XT_CMD_SINKS_H
#define XT_CMD_SINKS_H

#include <stdbool.h>

#include "output/format.h"

#define SINKS_MAX 8

struct sink {
	const char *path; /* "-": standard output */
	const struct output *output;
	FILE *file;
	void *state; /* the output's */
	bool gone;   /* standard output's reader */
};

struct sinks {
	struct sink sink[SINKS_MAX];
	unsigned int nr;
};

/*
 * Add one: the format is `format` if not NULL, else the file's extension's, else text. Opens
 * nothing yet. Returns 0, or -EINVAL with a message.
 */
int sinks__add(struct sinks *sinks, const char *path, const char *format);

/* Open all of them, before anything is traced. Returns 0 or a negative errno, with a message. */
int sinks__open(struct sinks *sinks);

/* Does any of them draw report->series? */
bool sinks__want_series(const struct sinks *sinks);
/* Does any of them show intervals? */
bool sinks__show_intervals(const struct sinks *sinks);

enum sink_part { SINK_HEADER, SINK_INTERVAL, SINK_TOTAL };

/*
 * Write a part to each. Returns 0; -EPIPE, quietly, when standard output's reader is gone, and
 * then leaves it out; or another negative errno, with a message that names the file.
 */
int sinks__write(struct sinks *sinks, enum sink_part part, const struct report *report);

/* Close them; a write error that shows only now counts. Returns 0 or a negative errno. */
int sinks__close(struct sinks *sinks);

#endif
