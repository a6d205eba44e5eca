// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf, and xentrace-bpf record: what is traced, for how long, and into which outputs. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "cmd/live.h"
#include "cmd/owners.h"
#include "cmd/recorder.h"

#ifdef XT_COMMIT
const char *argp_program_version = "xentrace-bpf " XT_VERSION " (" XT_COMMIT ")";
const char *const cmd__revision = XT_COMMIT;
#else
const char *argp_program_version = "xentrace-bpf " XT_VERSION;
const char *const cmd__revision;
#endif

#define OPT_STACKS OPT_OWN

static const struct argp_option options_table[] = {
	{ "interval", 'i', "SECS", 0, "A report every SECS seconds, and one of the whole", 0 },
	{ "stacks", OPT_STACKS, NULL, 0,
	  "Kernel stacks below each path of vCPU time, and of the slowest requests", 0 },
	{ 0 },
};

struct options {
	bool record;
	struct traced_options traced;
	struct owner_options owners;
	struct recorder_options recorder;
	struct output_options out;
	struct view_options view;
	struct sinks sinks;
	unsigned int positional;
};

#define INTERVAL_MIN 0.01 /* s; reading everything takes a good part of it in a slow guest */

static double interval(const char *text, struct argp_state *state)
{
	double value = options__seconds(text, "interval", state);

	if (value < INTERVAL_MIN)
		argp_error(state, "interval '%s' is shorter than %g s", text, INTERVAL_MIN);
	return value;
}

/* No message may leave a word that was meant as a command as a wrong number. */
static void positional(struct options *options, char *arg, struct argp_state *state)
{
	struct live_options *live = &options->traced.live;

	switch (options->positional++) {
	case 0:
		if (!strchr("-+.0123456789", *arg))
			argp_error(state, "'%s' is no number of seconds; a command comes first",
				   arg);
		live->interval = interval(arg, state);
		break;
	case 1:
		live->count = options__number(arg, "count", state);
		if (!live->count)
			argp_error(state, "count '%s': that many intervals are no trace", arg);
		break;
	default:
		argp_error(state, "'%s' is one argument too many", arg);
	}
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->traced;
		state->child_inputs[1] = &options->out;
		state->child_inputs[2] = &options->view;
		state->child_inputs[3] = &options->owners;
		/* of record alone: trace has no such child, and no place for its input */
		if (options->record)
			state->child_inputs[4] = &options->recorder;
		break;
	case 'i':
		options->traced.live.interval = interval(arg, state);
		break;
	case OPT_STACKS:
		options->traced.live.tracer.wanted.stacks = true;
		break;
	case ARGP_KEY_ARG:
		positional(options, arg, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = {
	{ &traced_options__argp, 0, NULL, 0 },
	{ &output_options__argp, 0, NULL, 0 },
	{ &view_options__argp, 0, NULL, 0 },
	{ &owner_options__argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp_child record_children[] = {
	{ &traced_options__argp, 0, NULL, 0 },	 { &output_options__argp, 0, NULL, 0 },
	{ &view_options__argp, 0, NULL, 0 },	 { &owner_options__argp, 0, NULL, 0 },
	{ &recorder_options__argp, 0, NULL, 0 }, { 0 },
};

static const struct argp trace_argp = {
	.options = options_table,
	.parser = parse_one,
	.children = children,
	.args_doc = "[INTERVAL [COUNT]] [-- COMMAND [ARG...]]",
	.doc = "Where this guest's time goes: paravirtual, emulated, hardware, "
	       "stolen.\v" FORMATS_HELP "Examples:\n"
	       "  xentrace-bpf -d 10               one report of 10 seconds\n"
	       "  xentrace-bpf 1                   a report a second, until Ctrl-C\n"
	       "  xentrace-bpf -- make             one of a command's life, as time(1)\n"
	       "  xentrace-bpf -d 10 -o run.svg    the flame-style histogram\n"
	       "  xentrace-bpf -d 60 -o run.html   all of it as a page that opens offline\n"
	       "  xentrace-bpf -D /var/lib/pg      only the disks under that mount\n"
	       "  xentrace-bpf -d 10 --by cgroup   whose the disks' requests are\n"
	       "See xentrace-bpf(8): how to read the report, and a GLOSSARY of its terms.\n",
};

static const struct argp record_argp = {
	.options = options_table,
	.parser = parse_one,
	.children = record_children,
	.args_doc = "-o FILE [INTERVAL [COUNT]] [-- COMMAND [ARG...]]",
	.doc = "Trace into a file, by intervals of 1 s: any report can be made from "
	       "it.\v" FORMATS_HELP "Examples:\n"
	       "  xentrace-bpf record -o run.xtr           until Ctrl-C\n"
	       "  xentrace-bpf record -d 60 -o run.xtr     a minute\n"
	       "  xentrace-bpf record --keep 24h -o DIR    always: the last day, in DIR\n"
	       "  xentrace-bpf record -o run.xtr -- make   the life of a command\n"
	       "  xentrace-bpf report run.xtr -o run.svg   what it was about\n" SEE_PAGE(
		       "xentrace-bpf-record"),
};

/*
 * s; of a recording without an INTERVAL. One that held a total alone could give no course of the
 * run, which the live page has, and no noise to tell a change from.
 */
#define RECORD_INTERVAL 1

static bool has_recording(const struct sinks *sinks)
{
	for (unsigned int i = 0; i < sinks->nr; i++)
		if (sinks->sink[i].output == &output_recording)
			return true;
	return false;
}

/* What is behind the first "--": NULL where there is none. The arguments end before it. */
static char **split_command(int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		argv[i] = NULL;
		*argc = i;
		return &argv[i + 1];
	}
	return NULL;
}

/* Is there a report for who looks on? Of a command it is what time(1) would print. */
static int add_report(struct options *options)
{
	for (unsigned int i = 0; i < options->out.nr_paths; i++)
		if (!strcmp(options->out.paths[i], "-"))
			return 0;
	return sinks__add(&options->sinks, outfile_stderr, &output_text);
}

/* Where it goes: into files, or to who looks on. */
static void add_outputs(struct options *options)
{
	struct live_options *live = &options->traced.live;

	/* what is recorded into need not be called .xtr; a command's words on standard output stay
	 * its own */
	if (output_options__add(&options->out, &options->sinks,
				options->record ? &output_recording : NULL,
				live->command ? outfile_stderr : "-"))
		exit(EXIT_USAGE);
	if (options->record && !has_recording(&options->sinks)) {
		elog("record needs a file to record into: -o FILE.xtr");
		exit(EXIT_USAGE);
	}
	if (options->record && live->command && add_report(options))
		exit(EXIT_USAGE);
}

static void parse(struct options *options, int argc, char **argv)
{
	struct live_options *live = &options->traced.live;

	live->command = split_command(&argc, argv);
	cmd__parse(options->record ? &record_argp : &trace_argp,
		   options->record ? "xentrace-bpf record" : "xentrace-bpf", argc, argv, options);
	if (live->command && !*live->command) {
		elog("-- is followed by no command");
		exit(EXIT_USAGE);
	}
	if (recorder_options__are_said(&options->recorder))
		recorder_options__end(&options->recorder, &options->out, live);
	else
		add_outputs(options);
	if (!live->interval && (options->record || has_recording(&options->sinks)))
		live->interval = RECORD_INTERVAL;
	live->tracer.wanted.slower_ns = options->view.slower_ns;
	live->tracer.wanted.by = options->owners.by;
	live->tracer.wanted.pid = options->owners.pid;
	live->tracer.wanted.cgroup = options->owners.cgroup;
	traced_options__end(&options->traced);
}

static int trace(bool record, int argc, char **argv)
{
	struct options options = { .record = record };
	char command_line[512];
	struct run run = { .sinks = &options.sinks };
	int code;

	options__command_line(command_line, sizeof(command_line), argc, argv);
	parse(&options, argc, argv);
	options.traced.live.command_line = command_line;
	run.strict = options.out.strict;
	run.report.verbose = options.out.verbose;
	run.report.timestamps = options.view.timestamps;
	run.report.per_vcpu = options.view.per_vcpu;
	run.report.slower_ns = options.view.slower_ns;
	if (recorder_options__are_said(&options.recorder))
		code = recorder__run(&options.recorder, &options.out, &run, &options.traced.live);
	else
		code = live__run(&run, &options.traced.live);
	traced_options__free(&options.traced);
	return code;
}

int cmd_trace(int argc, char **argv)
{
	return trace(false, argc, argv);
}

int cmd_record(int argc, char **argv)
{
	argv[0] = (char *)"xentrace-bpf record";
	return trace(true, argc, argv);
}
