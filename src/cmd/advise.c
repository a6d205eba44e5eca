// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf advise: what the load of a recording would cost in other modes. */
#include <argp.h>

#include "base/log.h"
#include "cmd/options.h"
#include "run/run.h"

#define OPT_PRICES 0x100
#define OPT_STRICT 0x101

static const struct argp_option options_table[] = {
	{ "prices", OPT_PRICES, "FILE", 0,
	  "What operations cost in a guest: detect --measure --json of it. May be repeated; the "
	  "file "
	  "says of which mode it is",
	  0 },
	{ "json", 'j', NULL, 0, "One JSON object on one line", 0 },
	{ "strict", OPT_STRICT, NULL, 0, "Exit with status 5 when the data is incomplete", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct advice *advice = state->input;

	switch (key) {
	case OPT_PRICES:
		if (advice->nr_lists == ADVICE_LISTS)
			argp_error(state, "more than %d lists of prices", ADVICE_LISTS);
		advice->list[advice->nr_lists++] = arg;
		break;
	case 'j':
		advice->json = true;
		break;
	case OPT_STRICT:
		advice->strict = true;
		break;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		break;
	case ARGP_KEY_ARG:
		if (advice->file)
			argp_error(state, "'%s' is one argument too many", arg);
		advice->file = arg;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "advise about which recording?");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int cmd_advise(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options_table,
		.parser = parse_one,
		.args_doc = "FILE|DIR",
		.doc = "What the load of a recording would cost in other modes: as pv, hvm, "
		       "hvm-pv, "
		       "pvhvm, pvh, and with a VF.\v"
		       "Examples:\n"
		       "  xentrace-bpf detect --measure --json > here.json\n"
		       "  xentrace-bpf advise run.xtr --prices here.json\n"
		       "  xentrace-bpf advise run.xtr --prices here.json --prices "
		       "there.json\n" SEE_PAGE("xentrace-bpf-advise"),
	};
	struct advice advice = {};

	cmd__parse(&argp, "xentrace-bpf advise", argc, argv, &advice);
	return advice__run(&advice);
}
