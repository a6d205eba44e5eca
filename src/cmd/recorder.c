// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cmd/recorder.h"

#include <stdlib.h>
#include <string.h>

#include "base/amount.h"
#include "base/log.h"
#include "base/str.h"

#define OPT_KEEP     0x500
#define OPT_BEFORE   0x501
#define OPT_AFTER    0x502
#define OPT_OVERHEAD 0x503
#define OPT_WHEN     0x504

/* What is kept of a moment, and what may be spent on what comes after it, unless it is said. */
#define BEFORE_NS (120 * 1000000000ull)
#define AFTER_NS  (120 * 1000000000ull)
#define OVERHEAD  0.05
/* With conditions files are short: what is kept for one is more than was asked for by a file. */
#define LONGEST_NS (600 * 1000000000ull)

#define KEEP_NS_MIN    (10 * 1000000000ull)
#define KEEP_BYTES_MIN 1000000ull

static void keep(const char *text, struct ring_limit *limit, struct argp_state *state)
{
	bool right;

	*limit = (struct ring_limit) {};
	if (amount__duration(text, &limit->ns))
		right = limit->ns >= KEEP_NS_MIN;
	else
		right = amount__bytes(text, &limit->bytes) && limit->bytes >= KEEP_BYTES_MIN;
	if (!right)
		argp_error(state,
			   "--keep '%s' is no time from 10s on, as 24h, and no size from 1M on, as "
			   "500M",
			   text);
}

static void add_condition(struct when_options *when, const char *text, struct argp_state *state)
{
	const char *why;

	if (when->nr == WHEN_MAX)
		argp_error(state, "more than %d conditions", WHEN_MAX);
	if (!condition__parse(&when->conditions[when->nr], text, &why))
		argp_error(state, "--when '%s' is no condition: %s", text, why);
	when->texts[when->nr++] = text;
}

static error_t parse_when(int key, char *arg, struct argp_state *state)
{
	if (key != OPT_WHEN)
		return ARGP_ERR_UNKNOWN;
	add_condition(state->input, arg, state);
	return 0;
}

static const struct argp_option when_table[] = {
	{ "when", OPT_WHEN, "RULE", 0,
	  "A condition: 'disk:*:p99>20ms for 5s', 'stolen>10% for 10s', finding:emulated-disk; may "
	  "be repeated",
	  0 },
	{ 0 },
};

const struct argp when_options__argp = { .options = when_table, .parser = parse_when };

static uint64_t duration(const char *text, const char *what, struct argp_state *state)
{
	uint64_t ns = 0;

	if (!amount__duration(text, &ns))
		argp_error(state, "%s '%s' is no time, as 30s or 2m", what, text);
	return ns;
}

static double percent(const char *text, struct argp_state *state)
{
	double value = 0;

	if (!number__real(text, &value) || value <= 0 || value > 100)
		argp_error(state, "--then-overhead '%s' is not a percentage above 0", text);
	return value / 100;
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct recorder_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->when;
		break;
	case OPT_KEEP:
		keep(arg, &options->keep, state);
		break;
	case OPT_BEFORE:
		options->before_ns = duration(arg, "--before", state);
		break;
	case OPT_AFTER:
		options->after_ns = duration(arg, "--after", state);
		break;
	case OPT_OVERHEAD:
		options->overhead = percent(arg, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option table[] = {
	{ "keep", OPT_KEEP, "TIME|SIZE", 0,
	  "Record without end into files in the folder that -o names, and delete the oldest: what "
	  "was written so long ago (24h), or what is more than so much (500M)",
	  0 },
	{ "before", OPT_BEFORE, "TIME", 0,
	  "When a condition holds, keep what was recorded so long before, 2m if not said", 0 },
	{ "after", OPT_AFTER, "TIME", 0,
	  "And what comes so long after; follow more meanwhile. 2m if not said", 0 },
	{ "then-overhead", OPT_OVERHEAD, "PCT", 0,
	  "What --max-overhead is meanwhile, 5 if not said", 0 },
	{ 0 },
};

static const struct argp_child children[] = { { &when_options__argp, 0, NULL, 0 }, { 0 } };

const struct argp recorder_options__argp = {
	.options = table,
	.parser = parse_one,
	.children = children,
};

void recorder_options__end(const struct recorder_options *options, const struct output_options *out,
			   const struct live_options *live)
{
	const char *wrong = NULL;

	if (!options->keep.ns && !options->keep.bytes)
		wrong = "--when is for a flight recorder: say --keep, too";
	else if (!options->when.nr &&
		 (options->before_ns || options->after_ns || options->overhead))
		wrong = "--before, --after and --then-overhead need a condition: --when";
	/* the folder is all that it writes to */
	else if (out->nr_paths != 1 || !strcmp(out->paths[0], "-"))
		wrong = "--keep needs one folder to record into: -o DIR";
	else if (out->format)
		wrong = "--keep records, and has no --format: report has";
	else if (live->command)
		wrong = "--keep goes on without end, and is not for the life of a command";
	if (!wrong)
		return;
	elog("%s", wrong);
	exit(EXIT_USAGE);
}

int recorder__run(const struct recorder_options *options, const struct output_options *out,
		  struct run *run, const struct live_options *live)
{
	struct watch_options watch;
	int code = EXIT_RUNTIME;

	if (ring__new(&run->ring, out->paths[0], &options->keep, out->mode,
		      options->when.nr ? LONGEST_NS : UINT64_MAX))
		return code;
	if (options->when.nr) {
		watch = (struct watch_options) {
			.texts = options->when.texts,
			.conditions = options->when.conditions,
			.nr = options->when.nr,
			.ring = run->ring,
			.before_ns = options->before_ns ?: BEFORE_NS,
			.after_ns = options->after_ns ?: AFTER_NS,
			.max_overhead = options->overhead ?: OVERHEAD,
		};
		run->watch = watch__new(&watch);
	}
	if (options->when.nr && !run->watch)
		elog("out of memory");
	else
		code = live__run(run, live);
	watch__free(run->watch);
	ring__free(run->ring);
	return code;
}
