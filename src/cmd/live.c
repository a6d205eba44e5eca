// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The options of commands that trace this guest: what of it, for how long, and how thoroughly. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "cmd/live.h"

#define OPT_READY_FD	 OPT_TRACED
#define OPT_SAMPLE	 (OPT_TRACED + 1)
#define OPT_EXACT	 (OPT_TRACED + 2)
#define OPT_MAX_OVERHEAD (OPT_TRACED + 3)

/* Share of the vCPUs' time that tracing may cost, unless it is said. */
#define MAX_OVERHEAD 0.01

static const struct argp_option options_table[] = {
	{ "duration", 'd', "SECS", 0,
	  "Trace for SECS seconds; without it until Ctrl-C, or the command's end", 0 },
	{ "disk", 'D', "DISK", 0,
	  "Only this disk: a device, mount point, dm or LVM name; may be repeated", 0 },
	{ "nic", 'N', "NIC", 0, "Only this NIC's packets; may be repeated", 0 },
	{ "sample", OPT_SAMPLE, "N", 0,
	  "Follow 1 of N requests, packets sent, hypercalls, upcalls and softirqs, a power of "
	  "two; without it as many as the budget allows",
	  0 },
	{ "max-overhead", OPT_MAX_OVERHEAD, "PCT", 0,
	  "Above PCT percent of the vCPUs' time, 1 if not said, follow fewer of them; 0: follow "
	  "all",
	  0 },
	{ "family", 'f', "FAMILY[,...]", 0, "Only these families:", 0 },
	{ "exact", OPT_EXACT, "all", OPTION_ARG_OPTIONAL,
	  "Time hypercalls at the calls themselves, two breakpoints each: the ones that are made "
	  "often, or all; costs more than all other probes together",
	  0 },
	{ "ready-fd", OPT_READY_FD, "N", 0, "Write a line to this descriptor once attached", 0 },
	{ 0 },
};

double options__seconds(const char *text, const char *what, struct argp_state *state)
{
	double value = 0;

	if (!number__real(text, &value) || value <= 0 || value > 1e9)
		argp_error(state, "%s '%s' is not a number of seconds above 0", what, text);
	return value;
}

unsigned int options__number(const char *text, const char *what, struct argp_state *state)
{
	unsigned long value = 0;

	if (!number__whole(text, 1000000000, &value))
		argp_error(state, "%s '%s' is not a number", what, text);
	return value;
}

static unsigned int sample(const char *text, struct argp_state *state)
{
	unsigned int every = options__number(text, "--sample", state);

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
	int fd = options__number(text, "--ready-fd", state);
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		argp_error(state, "--ready-fd %d: %s", fd,
			   flags < 0 ? strerror(errno) : "not open for writing");
	return fd;
}

static void add_families(struct traced_options *options, char *arg, struct argp_state *state)
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

static error_t parse_traced(int key, char *arg, struct argp_state *state)
{
	struct traced_options *options = state->input;
	struct live_options *live = &options->live;

	switch (key) {
	case ARGP_KEY_INIT:
		live->ready_fd = -1;
		live->tracer.wanted.max_overhead = MAX_OVERHEAD;
		break;
	case 'd':
		live->duration = options__seconds(arg, "duration", state);
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
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* The names of the families follow what -f is. */
static char *filter_help(int key, const char *text, void *input)
{
	char *named = NULL;

	(void)input;
	if (key == 'f' && asprintf(&named, "%s %s", text, tracer__family_names()) > 0)
		return named;
	return (char *)text;
}

const struct argp traced_options__argp = {
	.options = options_table,
	.parser = parse_traced,
	.help_filter = filter_help,
};

void traced_options__end(struct traced_options *options)
{
	struct live_options *live = &options->live;

	live->disks = options->disks;
	live->nics = options->nics;
	live->tracer.families = options->families[0] ? options->families : NULL;
}

void traced_options__free(struct traced_options *options)
{
	free(options->family_text);
}

/* Before argp puts its words into another order. */
void options__command_line(char *line, size_t size, int argc, char **argv)
{
	size_t len = 0;

	for (int i = 0; i < argc && len < size; i++)
		len += snprintf(line + len, size - len, "%s%s", i ? " " : "", argv[i]);
}
