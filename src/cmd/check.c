// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf check: what can be traced here, by which probe, and why not. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/options.h"
#include "output/check.h"
#include "probe/tracer.h"

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "One JSON object", 0 },
	{ "exact", 'x', "all", OPTION_ARG_OPTIONAL,
	  "Also the call sites that --exact would bracket, and why not the others", 0 },
	{ "verbose", 'v', NULL, 0, "Also probes of other kinds of guest; -vv libbpf's words", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

struct asked {
	struct tracer_options wanted;
	bool json;
};

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct asked *asked = state->input;

	switch (key) {
	case 'j':
		asked->json = true;
		break;
	case 'x':
		asked->wanted.exact = true;
		asked->wanted.exact_all = options__exact_all(arg, state);
		break;
	case 'v':
		log_verbosity++;
		break;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unknown argument '%s'", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int cmd_check(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse_one,
		.doc = "What can be traced here, by which probe, and where not: cause and fix. "
		       "Loads every program and attaches none.\v" SEE_PAGE("xentrace-bpf-check"),
	};
	struct asked asked = { .wanted.dry = true };
	struct platform *platform = NULL;
	struct tracer *tracer = NULL;
	struct snapshot snap = {};
	const char *why = "";
	int err, code = EXIT_RUNTIME;

	cmd__parse(&argp, "xentrace-bpf check", argc, argv, &asked);
	err = platform__read(&platform, "/");
	if (err) {
		elog("cannot read this machine's /sys and /proc: %s", tracer__error(err));
		goto out;
	}
	err = tracer__new(&tracer, platform, &asked.wanted, &why);
	if (err) {
		elog("%s", why);
		code = err == -EPERM || err == -ENOENT ? EXIT_PRIVILEGE : EXIT_RUNTIME;
		goto out;
	}
	err = tracer__snapshot(tracer, &snap);
	if (!err)
		err = asked.json ? check__json(stdout, platform, &snap)
				 : check__text(stdout, platform, &snap, log_verbosity > 0,
					       outfile__terminal_width());
	if (err && err != -EPIPE)
		elog("cannot write standard output: %s", strerror(-err));
	else
		code = EXIT_DONE;
out:
	snapshot__free(&snap);
	tracer__free(tracer);
	platform__free(platform);
	return code;
}
