// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf, and xentrace-bpf record: what is traced, for how long, and into which outputs. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "cmd/options.h"
#include "run/run.h"

#ifdef XT_COMMIT
const char *argp_program_version = "xentrace-bpf " XT_VERSION " (" XT_COMMIT ")";
#else
const char *argp_program_version = "xentrace-bpf " XT_VERSION;
#endif

#define OPT_READY_FD	 OPT_OWN
#define OPT_SAMPLE	 (OPT_OWN + 1)
#define OPT_EXACT	 (OPT_OWN + 2)
#define OPT_MAX_OVERHEAD (OPT_OWN + 3)

/* Share of the vCPUs' time that tracing may cost, unless it is said. */
#define MAX_OVERHEAD 0.01

static const struct argp_option options_table[] = {
	{ "duration", 'd', "SECS", 0,
	  "Trace for SECS seconds; without it until Ctrl-C, or the command's end", 0 },
	{ "interval", 'i', "SECS", 0, "A report every SECS seconds, and one of the whole", 0 },
	{ "disk", 'D', "DISK", 0,
	  "Only this disk: a device, mount point, dm or LVM name; may be repeated", 0 },
	{ "nic", 'N', "NIC", 0, "Only this NIC's packets; may be repeated", 0 },
	{ "sample", OPT_SAMPLE, "N", 0,
	  "Follow 1 of N requests and packets sent, a power of two; without it as many as the "
	  "budget allows",
	  0 },
	{ "max-overhead", OPT_MAX_OVERHEAD, "PCT", 0,
	  "Above PCT percent of the vCPUs' time, 1 if not said, follow fewer requests and "
	  "packets; 0: follow all",
	  0 },
	{ "family", 'f', "FAMILY[,...]", 0, "Only these families:", 0 },
	{ "exact", OPT_EXACT, "all", OPTION_ARG_OPTIONAL,
	  "Time hypercalls at the calls themselves, two breakpoints each: the ones that are made "
	  "often, or all; costs more than all other probes together",
	  0 },
	{ "ready-fd", OPT_READY_FD, "N", 0, "Write a line to this descriptor once attached", 0 },
	{ 0 },
};

#define NAMES_MAX 256

struct options {
	struct live_options live;
	struct output_options out;
	struct view_options view;
	struct sinks sinks;
	/* NULL-ended; empty: all */
	const char *disks[NAMES_MAX + 1], *nics[NAMES_MAX + 1], *families[NAMES_MAX + 1];
	unsigned int nr_disks, nr_nics, positional;
	char *family_text; /* what families[] points into; owned */
};

#define INTERVAL_MIN 0.01 /* s; reading everything takes a good part of it in a slow guest */

static double seconds(const char *text, const char *what, struct argp_state *state)
{
	double value = 0;

	if (!number__real(text, &value) || value <= 0 || value > 1e9)
		argp_error(state, "%s '%s' is not a number of seconds above 0", what, text);
	return value;
}

static double interval(const char *text, struct argp_state *state)
{
	double value = seconds(text, "interval", state);

	if (value < INTERVAL_MIN)
		argp_error(state, "interval '%s' is shorter than %g s", text, INTERVAL_MIN);
	return value;
}

static unsigned int number(const char *text, const char *what, struct argp_state *state)
{
	unsigned long value = 0;

	if (!number__whole(text, 1000000000, &value))
		argp_error(state, "%s '%s' is not a number", what, text);
	return value;
}

static unsigned int sample(const char *text, struct argp_state *state)
{
	unsigned int every = number(text, "--sample", state);

	if (!every || every > 1 << 15 || every & (every - 1))
		argp_error(state, "--sample '%s' is not a power of two up to 32768", text);
	return every;
}

/* Of a percentage. */
static double share(const char *text, struct argp_state *state)
{
	double percent = 0;

	if (!number__real(text, &percent) || percent < 0 || percent > 100)
		argp_error(state, "--max-overhead '%s' is not a percentage, 0 to 100", text);
	return percent / 100;
}

/* Whoever waits for that line would wait for ever, were it not looked at here. */
static int ready_fd(const char *text, struct argp_state *state)
{
	int fd = number(text, "--ready-fd", state);
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		argp_error(state, "--ready-fd %d: %s", fd,
			   flags < 0 ? strerror(errno) : "not open for writing");
	return fd;
}

/* No message may leave a word that was meant as a command as a wrong number. */
static void positional(struct options *options, char *arg, struct argp_state *state)
{
	struct live_options *live = &options->live;

	switch (options->positional++) {
	case 0:
		if (!strchr("-+.0123456789", *arg))
			argp_error(state, "'%s' is no number of seconds; a command comes first",
				   arg);
		live->interval = interval(arg, state);
		break;
	case 1:
		live->count = number(arg, "count", state);
		if (!live->count)
			argp_error(state, "count '%s': that many intervals are no trace", arg);
		break;
	default:
		argp_error(state, "'%s' is one argument too many", arg);
	}
}

static void add_families(struct options *options, char *arg, struct argp_state *state)
{
	unsigned int nr = 0;
	char *rest, *name;

	free(options->family_text);
	options->family_text = rest = strdup(arg);
	if (!rest)
		argp_failure(state, EXIT_RUNTIME, 0, "out of memory");
	/* not strtok(), to which an empty name is none: it would mean all of them */
	while ((name = strsep(&rest, ","))) {
		if (!tracer__has_family(name) || nr == NAMES_MAX)
			argp_error(state, "unknown family '%s': %s", name, tracer__family_names());
		options->families[nr++] = name;
	}
	options->families[nr] = NULL;
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	struct live_options *live = &options->live;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->out;
		state->child_inputs[1] = &options->view;
		live->tracer.wanted.max_overhead = MAX_OVERHEAD;
		break;
	case 'd':
		live->duration = seconds(arg, "duration", state);
		break;
	case 'i':
		live->interval = interval(arg, state);
		break;
	case 'D':
		if (options->nr_disks == NAMES_MAX)
			argp_error(state, "more than %d disks", NAMES_MAX);
		options->disks[options->nr_disks++] = arg;
		break;
	case 'N':
		if (options->nr_nics == NAMES_MAX)
			argp_error(state, "more than %d NICs", NAMES_MAX);
		options->nics[options->nr_nics++] = arg;
		break;
	case 'f':
		add_families(options, arg, state);
		break;
	case OPT_SAMPLE:
		live->tracer.wanted.every = sample(arg, state);
		break;
	case OPT_MAX_OVERHEAD:
		live->tracer.wanted.max_overhead = share(arg, state);
		break;
	case OPT_EXACT:
		live->tracer.exact = true;
		live->tracer.exact_all = options__exact_all(arg, state);
		break;
	case OPT_READY_FD:
		live->ready_fd = ready_fd(arg, state);
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
	{ &output_options__argp, 0, NULL, 0 },
	{ &view_options__argp, 0, NULL, 0 },
	{ 0 },
};

/* The names of the families follow what -f is. */
static char *filter_help(int key, const char *text, void *input)
{
	char *named = NULL;

	(void)input;
	if (key == 'f' && asprintf(&named, "%s %s", text, tracer__family_names()) > 0)
		return named;
	return (char *)text;
}

static const struct argp trace_argp = {
	.options = options_table,
	.parser = parse_one,
	.children = children,
	.help_filter = filter_help,
	.args_doc = "[INTERVAL [COUNT]] [-- COMMAND [ARG...]]",
	.doc = "Where this guest's time goes: paravirtual, emulated, hardware, "
	       "stolen.\v" FORMATS_HELP "Examples:\n"
	       "  xentrace-bpf -d 10               one report of 10 seconds\n"
	       "  xentrace-bpf 1                   a report a second, until Ctrl-C\n"
	       "  xentrace-bpf -- make             one of a command's life, as time(1)\n"
	       "  xentrace-bpf -d 10 -o run.svg    the flame-style histogram\n"
	       "  xentrace-bpf -d 60 -o run.html   all of it as a page that opens offline\n"
	       "  xentrace-bpf -D /var/lib/pg      only the disks under that mount\n"
	       "See xentrace-bpf(8): how to read the report, and a GLOSSARY of its terms.\n",
};

static const struct argp record_argp = {
	.options = options_table,
	.parser = parse_one,
	.children = children,
	.help_filter = filter_help,
	.args_doc = "-o FILE [INTERVAL [COUNT]] [-- COMMAND [ARG...]]",
	.doc = "Trace into a file, by intervals of 1 s: any report can be made from "
	       "it.\v" FORMATS_HELP "Examples:\n"
	       "  xentrace-bpf record -o run.xtr           until Ctrl-C\n"
	       "  xentrace-bpf record -d 60 -o run.xtr     a minute\n"
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

static void parse(struct options *options, bool record, int argc, char **argv)
{
	struct live_options *live = &options->live;

	live->command = split_command(&argc, argv);
	cmd__parse(record ? &record_argp : &trace_argp,
		   record ? "xentrace-bpf record" : "xentrace-bpf", argc, argv, options);
	/* what is recorded into need not be called .xtr */
	if (live->command && !*live->command) {
		elog("-- is followed by no command");
		exit(EXIT_USAGE);
	}
	/* the command's words on standard output stay its own */
	if (output_options__add(&options->out, &options->sinks, record ? &output_recording : NULL,
				live->command ? outfile_stderr : "-"))
		exit(EXIT_USAGE);
	if (record && !has_recording(&options->sinks)) {
		elog("record needs a file to record into: -o FILE.xtr");
		exit(EXIT_USAGE);
	}
	if (record && live->command && add_report(options))
		exit(EXIT_USAGE);
	if (!live->interval && has_recording(&options->sinks))
		live->interval = RECORD_INTERVAL;
	live->disks = options->disks;
	live->nics = options->nics;
	live->tracer.families = options->families[0] ? options->families : NULL;
	live->tracer.wanted.slower_ns = options->view.slower_ns;
}

/* Before argp puts its words into another order. */
static void keep_command_line(char *line, size_t size, int argc, char **argv)
{
	size_t len = 0;

	for (int i = 0; i < argc && len < size; i++)
		len += snprintf(line + len, size - len, "%s%s", i ? " " : "", argv[i]);
}

static int trace(bool record, int argc, char **argv)
{
	struct options options = { .live.ready_fd = -1 };
	char command_line[512];
	struct run run = { .sinks = &options.sinks };
	int code;

	keep_command_line(command_line, sizeof(command_line), argc, argv);
	parse(&options, record, argc, argv);
	options.live.command_line = command_line;
	run.strict = options.out.strict;
	run.report.verbose = options.out.verbose;
	run.report.timestamps = options.view.timestamps;
	run.report.per_vcpu = options.view.per_vcpu;
	run.report.slower_ns = options.view.slower_ns;
	code = live__run(&run, &options.live);
	free(options.family_text);
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
