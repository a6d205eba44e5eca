// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf export: metrics for Prometheus, by HTTP or in a file for node_exporter. */
#include <argp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "cmd/live.h"
#include "cmd/owners.h"

#define OPT_LISTEN   OPT_OWN
#define OPT_TEXTFILE (OPT_OWN + 1)
#define OPT_USER     (OPT_OWN + 2)

/* In no list of Prometheus' ports, and below those that clients get. */
#define LISTEN "127.0.0.1:19360"
#define USER   "nobody"

/*
 * s; scrapes in between get the same figures, so that several servers may scrape one guest and nobody
 * can make it work.
 */
#define FRESH 1
/* s; between two writings of the file */
#define EVERY	     15
#define INTERVAL_MIN 0.1

static const struct argp_option options_table[] = {
	{ "listen", OPT_LISTEN, "ADDR:PORT", 0,
	  "Serve /metrics by HTTP there; " LISTEN " if neither this nor --textfile is said", 0 },
	{ "textfile", OPT_TEXTFILE, "FILE", 0,
	  "Write the metrics into FILE, whose name ends in .prom, again and again, for "
	  "node_exporter's textfile collector",
	  0 },
	{ "interval", 'i', "SECS", 0,
	  "Read the figures for scrapes at most so often, 1 if not said, and write the file so "
	  "often, 15 if not said",
	  0 },
	{ "user", OPT_USER, "USER", 0,
	  "Who the process is that speaks HTTP, a name or number; " USER " if not said", 0 },
	{ 0 },
};

struct options {
	struct traced_options traced;
	struct output_options out;
	struct exporter_options export;
	struct sinks sinks;
	double interval;
};

/* The only names that node_exporter reads. */
static bool is_textfile(const char *path)
{
	size_t len = strlen(path);

	return len > 5 && !strcmp(path + len - 5, ".prom");
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->traced;
		state->child_inputs[1] = &options->out;
		break;
	case OPT_LISTEN:
		options->export.listen = arg;
		break;
	case OPT_TEXTFILE:
		if (!is_textfile(arg))
			argp_error(state,
				   "--textfile '%s': node_exporter reads only names that end in "
				   ".prom",
				   arg);
		options->export.textfile = arg;
		break;
	case OPT_USER:
		options->export.user = arg;
		break;
	case 'i':
		options->interval = options__seconds(arg, "interval", state);
		if (options->interval < INTERVAL_MIN)
			argp_error(state, "interval '%s' is shorter than %g s", arg, INTERVAL_MIN);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is one argument too many", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void parse(struct options *options, int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &traced_options__argp, 0, NULL, 0 },
		{ &output_options__argp, 0, NULL, 0 },
		{ &owner_options__refused, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options_table,
		.parser = parse_one,
		.children = children,
		.doc = "Metrics for Prometheus, cumulative since the start, as long as it "
		       "runs.\vExamples:\n"
		       "  xentrace-bpf export                            on " LISTEN "\n"
		       "  xentrace-bpf export --listen 192.0.2.1:19360   for a Prometheus "
		       "elsewhere\n"
		       "  xentrace-bpf export --textfile /var/lib/prometheus/node-exporter/"
		       "xentrace.prom\n"
		       "A report of the whole is written at the end, where -o asks for "
		       "one.\n" SEE_PAGE("xentrace-bpf-export"),
	};

	cmd__parse(&argp, "xentrace-bpf export", argc, argv, options);
	/* standard output has no report, unless it is asked for */
	if ((options->out.nr_paths || options->out.format) &&
	    output_options__add(&options->out, &options->sinks, NULL, "-"))
		exit(EXIT_USAGE);
	traced_options__end(&options->traced);
}

static void complete(struct options *options)
{
	struct live_options *live = &options->traced.live;
	struct exporter_options *export = &options->export;

	if (!export->listen && !export->textfile)
		export->listen = LISTEN;
	if (!export->user)
		export->user = USER;
	export->fresh = options->interval ? options->interval : FRESH;
	/* who reads the file is another user */
	export->mode = options->out.mode ? options->out.mode : 0644;
	export->revision = cmd__revision;
	live->export_pause = export->fresh;
	if (export->textfile)
		live->export_every = options->interval ? options->interval : EVERY;
}

int cmd_export(int argc, char **argv)
{
	struct options options = {};
	struct run run = { .sinks = &options.sinks };
	char command_line[512];
	int code;

	argv[0] = (char *)"xentrace-bpf export";
	options__command_line(command_line, sizeof(command_line), argc, argv);
	parse(&options, argc, argv);
	complete(&options);
	options.traced.live.command_line = command_line;
	run.strict = options.out.strict;
	run.report.verbose = options.out.verbose;
	code = exporter__new(&run.exporter, &options.export);
	if (!code)
		code = live__run(&run, &options.traced.live);
	exporter__free(run.exporter);
	traced_options__free(&options.traced);
	return code;
}
