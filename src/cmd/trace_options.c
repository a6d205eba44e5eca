// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/log.h"
#include "base/number.h"
#include "cmd/parse.h"
#include "cmd/trace_options.h"
#include "probe/tracer.h"

const char *argp_program_version = "xentrace-bpf " XT_VERSION;

#define OPT_READY_FD OPT_OWN
#define OPT_SAMPLE   (OPT_OWN + 1)
#define OPT_EXACT    (OPT_OWN + 2)

static const struct argp_option options_table[] = {
	{ "duration", 'd', "SECS", 0, "Trace for SECS seconds; without it until Ctrl-C", 0 },
	{ "interval", 'i', "SECS", 0, "A report every SECS seconds, and one of the whole", 0 },
	{ "disk", 'D', "DISK", 0,
	  "Only this disk: a device, mount point, dm or LVM name; may be repeated", 0 },
	{ "nic", 'N', "NIC", 0, "Only this NIC's packets; may be repeated", 0 },
	{ "sample", OPT_SAMPLE, "N", 0,
	  "Follow 1 of N packets sent, a power of two; without it as many as 1 % of CPU allows",
	  0 },
	{ "family", 'f', "FAMILY[,...]", 0,
	  "Only these families: blk, evtchn, hypercall, emul, timer, mmu, net", 0 },
	{ "exact", OPT_EXACT, "all", OPTION_ARG_OPTIONAL,
	  "Time hypercalls at the calls themselves, two breakpoints each: the ones that are made "
	  "often, or all; costs more than all other probes together",
	  0 },
	{ "ready-fd", OPT_READY_FD, "N", 0, "Write a line to this descriptor once attached", 0 },
	{ 0 },
};

struct parse {
	struct trace_options *options;
	unsigned int nr_disks, nr_nics, positional;
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

bool trace_options__exact_all(const char *text, struct argp_state *state)
{
	if (text && strcmp(text, "all"))
		argp_error(state, "--exact=%s: only 'all' can be said", text);
	return text;
}

static unsigned int number(const char *text, const char *what, struct argp_state *state)
{
	unsigned long value = 0;

	if (!number__whole(text, 1000000000, &value))
		argp_error(state, "%s '%s' is not a number", what, text);
	return value;
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
static void positional(struct parse *parse, char *arg, struct argp_state *state)
{
	struct trace_options *options = parse->options;

	switch (parse->positional++) {
	case 0:
		if (!strchr("-+.0123456789", *arg))
			argp_error(state, "'%s' is no number of seconds; a command comes first",
				   arg);
		options->interval = interval(arg, state);
		break;
	case 1:
		options->count = number(arg, "count", state);
		if (!options->count)
			argp_error(state, "count '%s': that many intervals are no trace", arg);
		break;
	default:
		argp_error(state, "'%s' is one argument too many", arg);
	}
}

static void add_families(struct parse *parse, char *arg, struct argp_state *state)
{
	struct trace_options *options = parse->options;
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
	struct parse *parse = state->input;
	struct trace_options *options = parse->options;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->out;
		state->child_inputs[1] = &options->view;
		break;
	case 'd':
		options->duration = seconds(arg, "duration", state);
		break;
	case 'i':
		options->interval = interval(arg, state);
		break;
	case 'D':
		if (parse->nr_disks == NAMES_MAX)
			argp_error(state, "more than %d disks", NAMES_MAX);
		options->disks[parse->nr_disks++] = arg;
		break;
	case 'N':
		if (parse->nr_nics == NAMES_MAX)
			argp_error(state, "more than %d NICs", NAMES_MAX);
		options->nics[parse->nr_nics++] = arg;
		break;
	case 'f':
		add_families(parse, arg, state);
		break;
	case OPT_SAMPLE:
		options->every = number(arg, "--sample", state);
		if (!options->every || options->every > 1 << 15 ||
		    options->every & (options->every - 1))
			argp_error(state, "--sample '%s' is not a power of two up to 32768", arg);
		break;
	case OPT_EXACT:
		options->exact = true;
		options->exact_all = trace_options__exact_all(arg, state);
		break;
	case OPT_READY_FD:
		options->ready_fd = ready_fd(arg, state);
		break;
	case ARGP_KEY_ARG:
		positional(parse, arg, state);
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

static const struct argp trace_argp = {
	.options = options_table,
	.parser = parse_one,
	.children = children,
	.args_doc = "[INTERVAL [COUNT]]",
	.doc = "Where this guest's time goes: paravirtual, emulated, hardware, "
	       "stolen.\v" FORMATS_HELP "Examples:\n"
	       "  xentrace-bpf -d 10               one report of 10 seconds\n"
	       "  xentrace-bpf 1                   a report a second, until Ctrl-C\n"
	       "  xentrace-bpf -d 10 -o run.svg    the flame-style histogram\n"
	       "  xentrace-bpf -d 60 -o run.html   all of it as a page that opens offline\n"
	       "  xentrace-bpf -D /var/lib/pg      only the disks under that mount\n"
	       "See xentrace-bpf(8): how to read the report, and a GLOSSARY of its terms.\n",
};

static const struct argp record_argp = {
	.options = options_table,
	.parser = parse_one,
	.children = children,
	.args_doc = "-o FILE [INTERVAL [COUNT]]",
	.doc = "Trace into a file, by intervals of 1 s: any report can be made from "
	       "it.\v" FORMATS_HELP "Examples:\n"
	       "  xentrace-bpf record -o run.xtr           until Ctrl-C\n"
	       "  xentrace-bpf record -d 60 -o run.xtr     a minute\n"
	       "  xentrace-bpf report run.xtr -o run.svg   what it was about\n" SEE_PAGE(
		       "xentrace-bpf-record"),
};

/*
 * s; of a recording without an INTERVAL. One that held a total alone could give no course of the run,
 * which the live page has, and no noise to tell a change from.
 */
#define RECORD_INTERVAL 1

static bool has_recording(const struct sinks *sinks)
{
	for (unsigned int i = 0; i < sinks->nr; i++)
		if (sinks->sink[i].output == &output_recording)
			return true;
	return false;
}

void trace_options__parse(struct trace_options *options, bool record, int argc, char **argv)
{
	const struct output_options *out = &options->out;
	struct parse parse = { .options = options };

	*options = (struct trace_options) { .ready_fd = -1 };
	cmd__parse(record ? &record_argp : &trace_argp,
		   record ? "xentrace-bpf record" : "xentrace-bpf", argc, argv, &parse);
	/* what is recorded into need not be called .xtr */
	if (output_options__add(out, &options->sinks, record ? &output_recording : NULL))
		exit(EXIT_USAGE);
	if (record && !has_recording(&options->sinks)) {
		elog("record needs a file to record into: -o FILE.xtr");
		exit(EXIT_USAGE);
	}
	if (!options->interval && has_recording(&options->sinks))
		options->interval = RECORD_INTERVAL;
}
