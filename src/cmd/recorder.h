/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The flight recorder's options, which are record's, and the conditions that wait has as well. */
#ifndef XT_CMD_RECORDER_H
#define XT_CMD_RECORDER_H

#include "cmd/live.h"
#include "run/ring.h"
#include "run/watch.h"

#define WHEN_MAX 64

struct when_options {
	const char *texts[WHEN_MAX];
	struct condition conditions[WHEN_MAX];
	size_t nr;
};

struct recorder_options {
	struct ring_limit keep; /* neither: a file, and no folder */
	struct when_options when;
	uint64_t before_ns, after_ns; /* 0: not said */
	double overhead;
};

extern const struct argp when_options__argp;

/* For an argp's children, as those of options.h. */
extern const struct argp recorder_options__argp;

static inline bool recorder_options__are_said(const struct recorder_options *options)
{
	return options->keep.ns || options->keep.bytes || options->when.nr || options->before_ns ||
	       options->after_ns || options->overhead;
}

/* When all is parsed: what does not go with it exits. */
void recorder_options__end(const struct recorder_options *options, const struct output_options *out,
			   const struct live_options *live);

/* The folder, and the run that is recorded there. Returns an exit code. */
int recorder__run(const struct recorder_options *options, const struct output_options *out,
		  struct run *run, const struct live_options *live);

#endif
