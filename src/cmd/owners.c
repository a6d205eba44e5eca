// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The options of trace and record that ask whose disk requests are. */
#include "base/log.h"
#include "cmd/owners.h"

#define OPT_BY OPT_OWNERS

static const struct argp_option options_table[] = {
	{ "by", OPT_BY, "comm|pid|cgroup", 0,
	  "Also tell disk requests apart by who made them: tasks of one name, processes or cgroups",
	  0 },
	{ 0 },
};

static error_t parse_owners(int key, char *arg, struct argp_state *state)
{
	struct owner_options *options = state->input;

	switch (key) {
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
	if (key != OPT_BY)
		return ARGP_ERR_UNKNOWN;
	argp_error(state, "--by: owners are in no metrics, since there is no end of them; trace "
			  "and record tell them apart");
	return 0;
}

/* Known, to be refused: with why. */
static const struct argp_option refused_table[] = {
	{ "by", OPT_BY, "comm|pid|cgroup", OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

const struct argp owner_options__refused = { .options = refused_table, .parser = refuse };
