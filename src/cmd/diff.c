// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf diff: what changed between two recordings. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/options.h"
#include "run/run.h"

struct options {
	char *file[DIFF_SIDES];
	struct span span[DIFF_SIDES];
	unsigned int nr_files;
	struct output_options out;
	const struct output *output;
};

/* Cut "@14:00..14:10" off, if it is no part of the file's own name. */
static void split(char *arg, struct span *span, struct argp_state *state)
{
	char *at = strrchr(arg, '@');

	if (!at || !access(arg, F_OK))
		return;
	if (!span__parse(span, at + 1))
		argp_error(state, "'%s' is no span of time: as 14:00..14:10, in UTC", at + 1);
	*at = '\0';
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->out;
		break;
	case ARGP_KEY_ARG:
		if (options->nr_files == DIFF_SIDES)
			argp_error(state, "'%s' is one argument too many", arg);
		split(arg, &options->span[options->nr_files], state);
		options->file[options->nr_files++] = arg;
		break;
	case ARGP_KEY_END:
		if (options->nr_files < DIFF_SIDES)
			argp_error(state, "a diff is of two recordings");
		if (options->out.nr_paths > 1)
			argp_error(state, "a diff has one output");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static bool has_diff(const struct output *output)
{
	return output->diff;
}

static void parse(struct options *options, int argc, char **argv)
{
	static const struct argp_child children[] = { { &output_options__argp, 0, NULL, 0 },
						      { 0 } };
	static const struct argp argp = {
		.parser = parse_one,
		.children = children,
		.args_doc = "BEFORE[@FROM..TO] AFTER[@FROM..TO]",
		.doc = "What changed between two recordings, told from what changes anyway.\v"
		       "Formats, and their extensions: text .txt, json .json, folded .folded, "
		       "svg .svg, html .html.\n"
		       "Examples:\n"
		       "  xentrace-bpf diff before.xtr after.xtr              a table\n"
		       "  xentrace-bpf diff before.xtr after.xtr -o diff.svg  a flame graph\n"
		       "  xentrace-bpf diff before.xtr after.xtr -o diff.html  a page to "
		       "explore\n"
		       "  xentrace-bpf diff DIR@14:00..14:10 DIR@15:00..15:10  of what record "
		       "--keep "
		       "made\n" SEE_PAGE("xentrace-bpf-diff"),
	};

	cmd__parse(&argp, "xentrace-bpf diff", argc, argv, options);
	options->output = output_options__only(&options->out, has_diff, "a diff");
	if (!options->output)
		exit(EXIT_USAGE);
}

int cmd_diff(int argc, char **argv)
{
	struct options options = {};
	struct comparison asked;

	parse(&options, argc, argv);
	asked = (struct comparison) {
		.file = { options.file[0], options.file[1] },
		.span = { options.span[0], options.span[1] },
		.to = options.out.nr_paths ? options.out.paths[0] : "-",
		.output = options.output,
		.mode = options.out.mode,
		.verbose = options.out.verbose,
		.strict = options.out.strict,
	};
	return compare__run(&asked);
}
