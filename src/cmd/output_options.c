// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cmd/output_options.h"

#include <math.h>
#include <stdlib.h>

#include "base/log.h"

#define OPT_FORMAT 0x100
#define OPT_STRICT 0x101
#define OPT_SLOWER 0x102

static error_t parse_output(int key, char *arg, struct argp_state *state)
{
	struct output_options *options = state->input;

	switch (key) {
	case 'o':
		if (options->nr_paths == SINKS_MAX)
			argp_error(state, "more than %d outputs", SINKS_MAX);
		options->paths[options->nr_paths++] = arg;
		break;
	case OPT_FORMAT:
		options->format = arg;
		break;
	case 'j':
		options->format = "json";
		break;
	case OPT_STRICT:
		options->strict = true;
		break;
	case 'v':
		options->verbose = true;
		log_verbosity++;
		break;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static uint64_t slower_ns(const char *text, struct argp_state *state)
{
	char *end;
	double ms = strtod(text, &end);

	if (end == text || *end || !isfinite(ms) || ms <= 0 || ms > 1e9)
		argp_error(state, "--slower '%s' is not a number of milliseconds above 0", text);
	return ms * 1e6;
}

static error_t parse_view(int key, char *arg, struct argp_state *state)
{
	struct view_options *options = state->input;

	switch (key) {
	case 'T':
		options->timestamps = true;
		break;
	case 'C':
		options->per_vcpu = true;
		break;
	case OPT_SLOWER:
		options->slower_ns = slower_ns(arg, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option output_table[] = {
	{ "output", 'o', "FILE", 0,
	  "Write there, in the format of its extension; - is standard output", 0 },
	{ "format", OPT_FORMAT, "FORMAT", 0, "The format for standard output", 0 },
	{ "json", 'j', NULL, 0, "The same as --format json", 0 },
	{ "strict", OPT_STRICT, NULL, 0, "Exit with 5 when the data is incomplete", 0 },
	{ "verbose", 'v', NULL, 0, "All rows of each table, and what is done; -vv: in detail", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static const struct argp_option view_table[] = {
	{ "timestamp", 'T', NULL, 0, "Begin each interval with the time of day", 0 },
	{ "per-vcpu", 'C', NULL, 0, "Also the vCPUs apart: their states, and events by device", 0 },
	{ "slower", OPT_SLOWER, "MS", 0,
	  "Show the slowest requests that took longer than MS milliseconds, each in legs", 0 },
	{ 0 },
};

const struct argp output_options__argp = { .options = output_table, .parser = parse_output };
const struct argp view_options__argp = { .options = view_table, .parser = parse_view };
