// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The options of trace and record that ask whose disk requests are. */
#include <limits.h>

#include "base/log.h"
#include "base/str.h"
#include "cmd/owners.h"

#define OPT_BY OPT_OWNERS

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "Only disk requests of this process, with its threads", 0 },
	{ "cgroup", 'c', "CGROUP", 0,
	  "Only disk requests of this control group, a path, name or systemd unit, and of those in "
	  "it; it may be made later",
	  0 },
	{ "by", OPT_BY, "comm|pid|cgroup", 0,
	  "Also tell disk requests apart by who made them: tasks of one name, processes or cgroups",
	  0 },
	{ 0 },
};

static unsigned int pid(const char *text, struct argp_state *state)
{
	unsigned long value = 0;

	if (!number__whole(text, INT_MAX, &value) || !value)
		argp_error(state, "-p '%s' is not the number of a process", text);
	return value;
}

static error_t parse_owners(int key, char *arg, struct argp_state *state)
{
	struct owner_options *options = state->input;

	switch (key) {
	case 'p':
		options->pid = pid(arg, state);
		break;
	case 'c':
		if (!*arg)
			argp_error(state, "-c '' names no control group");
		options->cgroup = arg;
		break;
	case ARGP_KEY_END:
		if (options->pid && options->cgroup)
			argp_error(state, "-p and -c: say one of them");
		break;
	case OPT_BY:
		options->by = owners_by__find(arg);
		if (options->by == BY_NR)
			argp_error(state, "--by '%s' is none of comm, pid, cgroup", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp owner_options__argp = { .options = options_table, .parser = parse_owners };

static error_t refuse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != OPT_BY && key != 'p' && key != 'c')
		return ARGP_ERR_UNKNOWN;
	argp_error(state,
		   "%s: owners are in no metrics, since there is no end of them; trace "
		   "and record tell them apart",
		   key == OPT_BY ? "--by"
		   : key == 'p'	 ? "-p"
				 : "-c");
	return 0;
}

/* Known, to be refused: with why. */
static const struct argp_option refused_table[] = {
	{ "pid", 'p', "PID", OPTION_HIDDEN, NULL, 0 },
	{ "cgroup", 'c', "CGROUP", OPTION_HIDDEN, NULL, 0 },
	{ "by", OPT_BY, "comm|pid|cgroup", OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

const struct argp owner_options__refused = { .options = refused_table, .parser = refuse };
