/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of record alone: the flight recorder's. */
#ifndef XT_CMD_RECORDER_H
#define XT_CMD_RECORDER_H

#include "cmd/live.h"
#include "run/ring.h"

struct recorder_options {
	struct ring_limit keep; /* neither: a file, and no folder */
};

/* For an argp's children, as those of options.h. */
extern const struct argp recorder_options__argp;

static inline bool recorder_options__are_said(const struct recorder_options *options)
{
	return options->keep.ns || options->keep.bytes;
}

/* When all is parsed: what does not go with it exits. */
void recorder_options__end(const struct recorder_options *options, const struct output_options *out,
			   const struct live_options *live);

/* The folder, and the run that is recorded there. Returns an exit code. */
int recorder__run(const struct recorder_options *options, const struct output_options *out,
		  struct run *run, const struct live_options *live);

#endif
