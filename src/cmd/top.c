// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf top: a live view in the terminal, of this guest or of a recording. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "cmd/options.h"
#include "run/run.h"

#define OPT_NO_COLOR OPT_OWN
#define NAMES_MAX    256
#define INTERVAL     1	/* s */
#define INTERVAL_MIN .1 /* s; nobody reads faster */
#define MAX_OVERHEAD .01

struct options {
	struct top_options top;
	struct live_options live;
	struct sinks sinks;
	const char *disks[NAMES_MAX + 1], *nics[NAMES_MAX + 1]; /* NULL-ended; empty: all */
	unsigned int nr_disks, nr_nics;
	bool has_argument;
};

static const struct argp_option options_table[] = {
	{ "disk", 'D', "DISK", 0,
	  "Only this disk: a device, mount point, dm or LVM name; may be repeated", 0 },
	{ "nic", 'N', "NIC", 0, "Only this NIC's packets; may be repeated", 0 },
	{ "no-color", OPT_NO_COLOR, NULL, 0, "Without colors, as with NO_COLOR in the environment",
	  0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

/* A number is an interval; a recording of that name is ./NAME. */
static void argument(struct options *options, const char *arg, struct argp_state *state)
{
	double interval;

	if (options->has_argument)
		argp_error(state, "'%s' is one argument too many", arg);
	options->has_argument = true;
	if (!strchr("-+.0123456789", *arg) || !strncmp(arg, "./", 2) || !strncmp(arg, "../", 3)) {
		options->top.file = arg;
		return;
	}
	if (!number__real(arg, &interval) || interval < INTERVAL_MIN || interval > 1e9)
		argp_error(state, "interval '%s' is not a number of seconds from %g on", arg,
			   INTERVAL_MIN);
	options->live.interval = interval;
}

static void add_name(const char **names, unsigned int *nr, const char *name, const char *what,
		     struct argp_state *state)
{
	if (*nr == NAMES_MAX)
		argp_error(state, "more than %d %s", NAMES_MAX, what);
	names[(*nr)++] = name;
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'D':
		add_name(options->disks, &options->nr_disks, arg, "disks", state);
		break;
	case 'N':
		add_name(options->nics, &options->nr_nics, arg, "NICs", state);
		break;
	case OPT_NO_COLOR:
		options->top.color = false;
		break;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		break;
	case ARGP_KEY_ARG:
		argument(options, arg, state);
		break;
	case ARGP_KEY_END:
		if (options->top.file && (options->nr_disks || options->nr_nics))
			argp_error(state, "-D and -N are for a live view, and not for a recording");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_one,
	.args_doc = "[INTERVAL | FILE]",
	.doc = "Where this guest's time goes, on the terminal, every second or INTERVAL; or of a "
	       "recording, with a time cursor.\v"
	       "Keys: q quits, ? tells all others.\n"
	       "Examples:\n"
	       "  xentrace-bpf top            now\n"
	       "  xentrace-bpf top -D sda 5   one disk, every five seconds\n"
	       "  xentrace-bpf top run.xtr    what was recorded; Space plays it\n" SEE_PAGE(
		       "xentrace-bpf-top"),
};

int cmd_top(int argc, char **argv)
{
	struct options options = {
		.top = { .color = true },
		.live = { .interval = INTERVAL, .ready_fd = -1, .quiet = true },
	};
	struct run run = { .sinks = &options.sinks };

	cmd__parse(&argp, "xentrace-bpf top", argc, argv, &options);
	options.live.command_line = "xentrace-bpf top";
	options.live.disks = options.disks;
	options.live.nics = options.nics;
	options.live.tracer.wanted.max_overhead = MAX_OVERHEAD;
	options.top.live = &options.live;
	return top__run(&run, &options.top);
}
