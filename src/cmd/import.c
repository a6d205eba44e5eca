// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf import: what Xen's own records say of a guest, beside what the guest recorded. */
#include <argp.h>

#include "base/str.h"
#include "cmd/options.h"
#include "run/run.h"

#define OPT_TSC_KHZ 0x100
#define OPT_RECORDS 0x101
#define OPT_STRICT  0x102

#define DOMAIN_LAST 0x7fef
#define KHZ_LAST    100000000

struct options {
	struct importing asked;
	bool records;
};

static const struct argp_option options_table[] = {
	{ "domain", 'd', "N", 0,
	  "The guest's domain, by xl list; else as the recording says it, or the only one that "
	  "may be meant",
	  0 },
	{ "tsc-khz", OPT_TSC_KHZ, "KHZ", 0,
	  "The host's TSC: cpu_khz of xl dmesg; else as the recording says it", 0 },
	{ "records", OPT_RECORDS, NULL, 0,
	  "Without a recording: the records, a line each, in the order of time", 0 },
	{ "json", 'j', NULL, 0, "One JSON object on one line", 0 },
	{ "strict", OPT_STRICT, NULL, 0, "Exit with status 5 when the data is incomplete", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static unsigned long whole(const char *name, const char *text, unsigned long max,
			   struct argp_state *state)
{
	unsigned long value = 0;

	if (!number__whole(text, max, &value))
		argp_error(state, "%s '%s' is not a number up to %lu", name, text, max);
	return value;
}

static void add_file(struct importing *asked, const char *name, struct argp_state *state)
{
	if (!asked->trace)
		asked->trace = name;
	else if (!asked->file)
		asked->file = name;
	else
		argp_error(state, "'%s' is one argument too many", name);
}

static void check(const struct options *options, struct argp_state *state)
{
	const struct importing *asked = &options->asked;

	if (!asked->trace)
		argp_error(state, "import which file of xentrace?");
	if (!options->records && !asked->file)
		argp_error(state, "beside which recording? (or --records)");
	if (!options->records)
		return;
	if (asked->file)
		argp_error(state, "'%s' is one argument too many: --records prints one file's",
			   asked->file);
	if (asked->json || asked->domain_is_said || asked->tsc_khz)
		argp_error(state, "--records has no --json, --domain and --tsc-khz: it prints all");
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	struct importing *asked = &options->asked;

	switch (key) {
	case 'd':
		asked->domain = whole("domain", arg, DOMAIN_LAST, state);
		asked->domain_is_said = true;
		break;
	case OPT_TSC_KHZ:
		asked->tsc_khz = whole("tsc-khz", arg, KHZ_LAST, state);
		if (!asked->tsc_khz)
			argp_error(state, "tsc-khz '%s' is no frequency", arg);
		break;
	case OPT_RECORDS:
		options->records = true;
		break;
	case 'j':
		asked->json = true;
		break;
	case OPT_STRICT:
		asked->strict = true;
		break;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		break;
	case ARGP_KEY_ARG:
		add_file(asked, arg, state);
		break;
	case ARGP_KEY_END:
		check(options, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int cmd_import(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options_table,
		.parser = parse_one,
		.args_doc = "XENTRACE FILE|DIR\n--records XENTRACE",
		.doc = "What Xen's own records say of a guest: exits by reason, and the emulated "
		       "ports and addresses behind them, beside the ledger of a recording.\v"
		       "Examples:\n"
		       "  xentrace -D -S 1024 -e 0x2a3000 -T 10 dom0.xentrace   in dom0, "
		       "meanwhile\n"
		       "  xentrace-bpf record -d 10 -o run.xtr                  in the guest\n"
		       "  xentrace-bpf import dom0.xentrace run.xtr             anywhere\n"
		       "  xentrace-bpf import --records dom0.xentrace | "
		       "grep ' exit '\n" SEE_PAGE("xentrace-bpf-import"),
	};
	struct options options = {};

	cmd__parse(&argp, "xentrace-bpf import", argc, argv, &options);
	return importer__run(&options.asked);
}
