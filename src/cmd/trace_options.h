/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XT_CMD_TRACE_OPTIONS_H
#define XT_CMD_TRACE_OPTIONS_H

#include <stdbool.h>

#include "cmd/output_options.h"

#define NAMES_MAX 256

struct trace_options {
	double duration;    /* s; 0: until a signal */
	double interval;    /* s; 0: only the total */
	unsigned int every; /* packets sent, of which one is followed; 0: by the rate */
	unsigned int count; /* intervals; 0: no limit */
	bool exact, exact_all;
	struct output_options out;
	struct view_options view;
	int ready_fd;			     /* -1: none */
	const char *disks[NAMES_MAX + 1];    /* as given: device, mount point, … */
	const char *nics[NAMES_MAX + 1];     /* NULL-ended; empty: all */
	const char *families[NAMES_MAX + 1]; /* NULL-ended; empty: all */
	char *family_text;		     /* what families[] points into; owned */
	struct sinks sinks;
};

/*
 * Parse; exits with the documented code for --help, --version and wrong usage. To record is to
 * trace with a recording among the outputs; where one is, there are intervals, of 1 s if not told.
 */
void trace_options__parse(struct trace_options *options, bool record, int argc, char **argv);

/* The argument of --exact: "all" or none; wrong usage exits. */
bool trace_options__exact_all(const char *text, struct argp_state *state);

#endif
