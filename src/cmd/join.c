// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf join: what a guest's requests wait for in dom0. */
#include <argp.h>

#include "base/log.h"
#include "base/str.h"
#include "cmd/options.h"
#include "run/run.h"

#define DOMAIN_LAST 0x7fef

struct options {
	struct joining asked;
	struct output_options out;
};

static const struct argp_option options_table[] = {
	{ "domain", 'd', "N", 0,
	  "The guest's domain, by xl list; else as its recording says it, or the only one that has "
	  "its disks",
	  0 },
	{ 0 },
};

static void add_file(struct joining *asked, const char *name, struct argp_state *state)
{
	if (!asked->guest)
		asked->guest = name;
	else if (!asked->dom0)
		asked->dom0 = name;
	else
		argp_error(state, "'%s' is one argument too many", name);
}

static unsigned int domain_of(const char *text, struct argp_state *state)
{
	unsigned long value = 0;

	if (!number__whole(text, DOMAIN_LAST, &value) || !value)
		argp_error(state, "domain '%s' is not a number from 1 to %d", text, DOMAIN_LAST);
	return value;
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->out;
		break;
	case 'd':
		options->asked.domain = domain_of(arg, state);
		break;
	case ARGP_KEY_ARG:
		add_file(&options->asked, arg, state);
		break;
	case ARGP_KEY_END:
		if (!options->asked.dom0)
			argp_error(state, "join which two recordings, a guest's and its dom0's?");
		if (options->out.nr_paths > 1)
			argp_error(state, "a join has one output");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* What is made of intervals has none here. */
static bool has_join(const struct output *output)
{
	return !output->keeps_intervals;
}

int cmd_join(int argc, char **argv)
{
	static const struct argp_child children[] = { { &output_options__argp, 0, NULL, 0 },
						      { 0 } };
	static const struct argp argp = {
		.options = options_table,
		.parser = parse_one,
		.children = children,
		.args_doc = "GUEST DOM0",
		.doc = "What a guest's disk requests wait for in dom0: the guest's leg \"backend\" "
		       "in "
		       "parts, by recordings of both that were made at the same time.\v"
		       "Formats, and their extensions: text .txt and json .json say the parts; "
		       "folded .folded, svg .svg, pprof .pb.gz and recording .xtr have the guest's "
		       "run with that leg divided.\n"
		       "Examples:\n"
		       "  xentrace-bpf record -d 30 -o dom0.xtr     in dom0\n"
		       "  xentrace-bpf record -d 20 -o guest.xtr    in the guest, meanwhile\n"
		       "  xentrace-bpf join guest.xtr dom0.xtr      anywhere\n"
		       "  xentrace-bpf join guest.xtr dom0.xtr -o both.svg\n" SEE_PAGE(
			       "xentrace-bpf-join"),
	};
	struct options options = {};
	struct joining *asked = &options.asked;

	cmd__parse(&argp, "xentrace-bpf join", argc, argv, &options);
	asked->output = output_options__only(&options.out, has_join, "a join");
	if (!asked->output)
		return EXIT_USAGE;
	asked->to = options.out.nr_paths ? options.out.paths[0] : "-";
	asked->mode = options.out.mode;
	asked->verbose = options.out.verbose;
	asked->strict = options.out.strict;
	return joiner__run(asked);
}
