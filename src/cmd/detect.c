// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf detect: what serves each part of this guest, and what better could. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "cmd/options.h"
#include "measure/measure.h"
#include "output/detect.h"
#include "run/rights.h"
#include "platform/platform.h"

struct options {
	bool json;
	bool measure;
	const char *root; /* NULL: this machine */
	const char *save;
};

enum { OPT_JSON = 256, OPT_ROOT, OPT_SAVE, OPT_MEASURE };

static const struct argp_option options[] = {
	{ "json", OPT_JSON, NULL, 0, "One JSON object on one line", 0 },
	{ "root", OPT_ROOT, "DIR", 0, "Read a saved guest below DIR, not this one", 0 },
	{ "save", OPT_SAVE, "DIR", 0, "Also write what was read below DIR, for a bug report", 0 },
	{ "measure", OPT_MEASURE, NULL, 0,
	  "Also what an exit, a clock read, a system call ... cost here: takes a second", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *opts = state->input;

	switch (key) {
	case OPT_JSON:
		opts->json = true;
		return 0;
	case OPT_ROOT:
		opts->root = arg;
		return 0;
	case OPT_SAVE:
		opts->save = arg;
		return 0;
	case OPT_MEASURE:
		opts->measure = true;
		return 0;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What was found, and the prices if they were asked for. */
struct answer {
	struct platform *platform;
	struct price prices[PRICES];
	size_t nr_prices;
};

static int print(FILE *out, const struct answer *answer, bool json)
{
	if (json)
		return detect__json(out, answer->platform, answer->prices, answer->nr_prices);
	return detect__text(out, outfile__terminal_width(), answer->platform, answer->prices,
			    answer->nr_prices);
}

/* What is read would be written over. */
static bool is_same_folder(const char *root, const char *save)
{
	struct stat a, b;

	return !stat(root, &a) && !stat(save, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int find(struct answer *answer, const struct options *opts)
{
	const char *root = opts->root ? opts->root : "/";
	int err = opts->save ? platform__save(&answer->platform, root, opts->save)
			     : platform__read(&answer->platform, root);

	if (err == -ENODATA) {
		elog("no saved guest in %s: neither cpuid.txt nor proc nor sys", root);
		return err;
	}
	if (err) {
		elog("cannot read below %s%s%s: %s", root, opts->save ? ", or write below " : "",
		     opts->save ? opts->save : "", strerror(-err));
		return err;
	}
	if (opts->measure) {
		measure__prices(answer->prices, answer->platform);
		answer->nr_prices = PRICES;
	}
	return 0;
}

int cmd_detect(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "What serves each part of this guest, and what better could."
		       "\vP paravirtual, VS virtualized in software (emulated), VH virtualized in "
		       "hardware, H bare hardware, ? no evidence.\n" SEE_PAGE(
			       "xentrace-bpf-detect"),
	};
	struct options opts = {};
	struct answer answer = {};
	int err;

	cmd__parse(&argp, "xentrace-bpf detect", argc, argv, &opts);
	if (opts.measure && opts.root) {
		elog("--measure is about this machine, --root about another: choose one");
		return EXIT_USAGE;
	}
	if (opts.save && is_same_folder(opts.root ? opts.root : "/", opts.save)) {
		elog("--save %s is the folder that is read: name another one", opts.save);
		return EXIT_USAGE;
	}
	/* what is saved may lie in another user's folder; prices are of what root may do, too */
	if (!opts.save && !opts.measure && rights__nothing())
		return EXIT_RUNTIME;
	if (find(&answer, &opts))
		return EXIT_RUNTIME;
	err = print(stdout, &answer, opts.json);
	platform__free(answer.platform);
	/* Whoever reads us may stop: a closed pipe is no error. */
	if (!err || err == -EPIPE)
		return EXIT_DONE;
	elog("cannot write standard output: %s", strerror(-err));
	return EXIT_RUNTIME;
}
