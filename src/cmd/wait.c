// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf wait: until a condition holds, for scripts. */
#include <argp.h>
#include <stdlib.h>

#include "base/log.h"
#include "cmd/recorder.h"

#define INTERVAL     1 /* s, if not said */
#define INTERVAL_MIN 0.1

struct options {
	struct traced_options traced;
	struct when_options when;
	struct sinks sinks; /* none */
};

static const struct argp_option options_table[] = {
	{ "interval", 'i', "SECS", 0, "Ask every SECS seconds, 1 if not said", 0 },
	{ "verbose", 'v', NULL, 0, "Say what is done; -vv: in detail", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->when;
		state->child_inputs[1] = &options->traced;
		break;
	case 'i':
		options->traced.live.interval = options__seconds(arg, "interval", state);
		if (options->traced.live.interval < INTERVAL_MIN)
			argp_error(state, "interval '%s' is shorter than %g s", arg, INTERVAL_MIN);
		break;
	case 'v':
		log_verbosity++;
		break;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is one argument too many", arg);
		break;
	case ARGP_KEY_END:
		if (!options->when.nr)
			argp_error(state, "wait for what? --when 'disk:*:p99>20ms for 5s'");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void parse(struct options *options, int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &when_options__argp, 0, NULL, 0 },
		{ &traced_options__argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options_table,
		.parser = parse_one,
		.children = children,
		.args_doc = "--when RULE",
		.doc = "Trace until a condition holds, and say by which figure: exit status 0, or "
		       "6 "
		       "where none held until the end.\vExamples:\n"
		       "  xentrace-bpf wait --when 'disk:*:p99>20ms for 5s' && page-someone\n"
		       "  xentrace-bpf wait -d 60 --when finding:steal || echo no steal\n" SEE_PAGE(
			       "xentrace-bpf-wait"),
	};

	cmd__parse(&argp, "xentrace-bpf wait", argc, argv, options);
	if (!options->traced.live.interval)
		options->traced.live.interval = INTERVAL;
	traced_options__end(&options->traced);
}

int cmd_wait(int argc, char **argv)
{
	struct options options = {};
	char command_line[512];
	struct run run = { .sinks = &options.sinks };
	struct watch_options watch;
	int code = EXIT_RUNTIME;

	argv[0] = (char *)"xentrace-bpf wait";
	options__command_line(command_line, sizeof(command_line), argc, argv);
	parse(&options, argc, argv);
	options.traced.live.command_line = command_line;
	watch = (struct watch_options) {
		.texts = options.when.texts,
		.conditions = options.when.conditions,
		.nr = options.when.nr,
	};
	run.watch = watch__new(&watch);
	if (!run.watch)
		elog("out of memory");
	else
		code = live__run(&run, &options.traced.live);
	if (!code && !watch__has_held(run.watch))
		code = EXIT_UNHELD;
	if (cmd__end_output())
		code = EXIT_RUNTIME;
	watch__free(run.watch);
	traced_options__free(&options.traced);
	return code;
}
