// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf report: from a recording what the live run would have given. */
#include <argp.h>
#include <stdlib.h>

#include "base/log.h"
#include "cmd/options.h"
#include "run/rights.h"
#include "run/run.h"

struct options {
	const char *file;
	struct span span;
	bool intervals;
	struct output_options out;
	struct view_options view;
	struct sinks sinks;
};

#define OPT_FROM      OPT_OWN
#define OPT_TO	      (OPT_OWN + 1)
#define OPT_INTERVALS (OPT_OWN + 2)

static const struct argp_option options_table[] = {
	{ "from", OPT_FROM, "TIME", 0,
	  "Of what began at this time or later: 14:02, 14:02:30, '2026-11-30 14:02', in UTC as all "
	  "reports say it; -10m is so long before the end",
	  0 },
	{ "to", OPT_TO, "TIME", 0, "And before this time", 0 },
	{ "intervals", OPT_INTERVALS, NULL, 0,
	  "Of a folder or a span, text and JSON of each interval as well", 0 },
	{ 0 },
};

static void moment(struct moment *moment, const char *text, struct argp_state *state)
{
	if (!moment__parse(moment, text))
		argp_error(state, "'%s' is no time: as 14:02, '2026-11-30 14:02' or -10m, in UTC",
			   text);
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->out;
		state->child_inputs[1] = &options->view;
		break;
	case OPT_FROM:
		moment(&options->span.from, arg, state);
		break;
	case OPT_TO:
		moment(&options->span.to, arg, state);
		break;
	case OPT_INTERVALS:
		options->intervals = true;
		break;
	case ARGP_KEY_ARG:
		if (options->file)
			argp_error(state, "'%s' is one argument too many", arg);
		options->file = arg;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "report of which recording?");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void parse(struct options *options, int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &output_options__argp, 0, NULL, 0 },
		{ &view_options__argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options_table,
		.parser = parse_one,
		.children = children,
		.args_doc = "FILE|DIR",
		.doc = "From a recording, to the byte what the run that recorded it would have "
		       "given.\v" FORMATS_HELP "Examples:\n"
		       "  xentrace-bpf report run.xtr                the report\n"
		       "  xentrace-bpf report run.xtr -o run.svg     the flame-style histogram\n"
		       "  xentrace-bpf report run.xtr --json | jq    one JSON object a "
		       "line\n"
		       "  xentrace-bpf report DIR --from 14:02 --to 14:10  of what record --keep "
		       "made\n" SEE_PAGE("xentrace-bpf-report"),
	};

	cmd__parse(&argp, "xentrace-bpf report", argc, argv, options);
	if (output_options__add(&options->out, &options->sinks, NULL, "-"))
		exit(EXIT_USAGE);
}

/* What the run that recorded it showed, this report shows, and what is asked for besides. */
static void set_view(struct run *run, const struct options *options, const struct replay *replay)
{
	const struct recording_header *header = replay__header(replay);

	run->report = (struct report) {
		.run = &header->run,
		.platform = replay__platform(replay),
		.timestamps = options->view.timestamps || header->timestamps,
		.verbose = options->out.verbose || header->verbose,
		.per_vcpu = options->view.per_vcpu || header->per_vcpu,
		.slower_ns = options->view.slower_ns ?: header->slower_ns,
	};
}

int cmd_report(int argc, char **argv)
{
	struct options options = {};
	struct run run = { .sinks = &options.sinks };
	struct replay *replay = NULL;
	struct sinks_use use = {};
	int code;

	parse(&options, argc, argv);
	if (replay__new(&replay, options.file, &options.span))
		return EXIT_RUNTIME;
	options.sinks.only_whole = !options.intervals && (span__is_said(&options.span) ||
							  S_ISDIR(replay__stat(replay)->st_mode));
	set_view(&run, &options, replay);
	run.source = replay__source(replay);
	run.strict = options.out.strict;
	run.damaged = replay__is_damaged(replay);
	use.input = replay__stat(replay);
	code = run__open(&run, &use);
	if (!code && rights__report(&run))
		code = EXIT_RUNTIME;
	if (code)
		run__close(&run);
	else
		code = run__follow(&run);
	replay__free(replay);
	return code;
}
