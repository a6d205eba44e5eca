// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cmd/recorder.h"

#include <stdlib.h>
#include <string.h>

#include "base/amount.h"
#include "base/log.h"

#define OPT_KEEP 0x500

#define KEEP_NS_MIN    (10 * 1000000000ull)
#define KEEP_BYTES_MIN 1000000ull

static void keep(const char *text, struct ring_limit *limit, struct argp_state *state)
{
	bool right;

	*limit = (struct ring_limit) {};
	if (amount__duration(text, &limit->ns))
		right = limit->ns >= KEEP_NS_MIN;
	else
		right = amount__bytes(text, &limit->bytes) && limit->bytes >= KEEP_BYTES_MIN;
	if (!right)
		argp_error(state,
			   "--keep '%s' is no time from 10s on, as 24h, and no size from 1M on, as "
			   "500M",
			   text);
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct recorder_options *options = state->input;

	switch (key) {
	case OPT_KEEP:
		keep(arg, &options->keep, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option table[] = {
	{ "keep", OPT_KEEP, "TIME|SIZE", 0,
	  "Record without end into files in the folder that -o names, and delete the oldest: what "
	  "was written so long ago (24h), or what is more than so much (500M)",
	  0 },
	{ 0 },
};

const struct argp recorder_options__argp = { .options = table, .parser = parse_one };

void recorder_options__end(const struct recorder_options *options, const struct output_options *out,
			   const struct live_options *live)
{
	const char *wrong = NULL;

	if (!recorder_options__are_said(options))
		return;
	/* the folder is all that it writes to */
	if (out->nr_paths != 1 || !strcmp(out->paths[0], "-"))
		wrong = "--keep needs one folder to record into: -o DIR";
	else if (out->format)
		wrong = "--keep records, and has no --format: report has";
	else if (live->command)
		wrong = "--keep goes on without end, and is not for the life of a command";
	if (!wrong)
		return;
	elog("%s", wrong);
	exit(EXIT_USAGE);
}

int recorder__run(const struct recorder_options *options, const struct output_options *out,
		  struct run *run, const struct live_options *live)
{
	int code = EXIT_RUNTIME;

	if (!ring__new(&run->ring, out->paths[0], &options->keep, out->mode, UINT64_MAX))
		code = live__run(run, live);
	ring__free(run->ring);
	return code;
}
