// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf diff: what changed between two recordings. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/mapping.h"
#include "output/diff.h"
#include "recording/reader.h"

struct options {
	const char *file[DIFF_SIDES], *path, *format;
	unsigned int nr_files;
	bool verbose, strict;
	const struct diff_output *output;
};

#define OPT_FORMAT 0x100
#define OPT_STRICT 0x101

static const struct argp_option options_table[] = {
	{ "output", 'o', "FILE", 0,
	  "Write there, in the format of its extension (.txt .json .folded .svg)", 0 },
	{ "format", OPT_FORMAT, "FORMAT", 0, "text, json, folded or svg", 0 },
	{ "json", 'j', NULL, 0, "The same as --format json", 0 },
	{ "strict", OPT_STRICT, NULL, 0, "Exit with 5 when the data is incomplete", 0 },
	{ "verbose", 'v', NULL, 0, "All rows of each table", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'o':
		options->path = arg;
		break;
	case OPT_FORMAT:
		options->format = arg;
		break;
	case 'j':
		options->format = "json";
		break;
	case OPT_STRICT:
		options->strict = true;
		break;
	case 'v':
		options->verbose = true;
		log_verbosity++;
		break;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		break;
	case ARGP_KEY_ARG:
		if (options->nr_files == DIFF_SIDES)
			argp_error(state, "'%s' is one argument too many", arg);
		options->file[options->nr_files++] = arg;
		break;
	case ARGP_KEY_END:
		if (options->nr_files < DIFF_SIDES)
			argp_error(state, "a diff is of two recordings");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void parse(struct options *options, int argc, char **argv)
{
	static const struct argp argp = {
		.options = options_table,
		.parser = parse_one,
		.args_doc = "BEFORE AFTER",
		.doc = "What changed between two recordings, told from what changes anyway.\v"
		       "Examples:\n"
		       "  xentrace-bpf diff before.xtr after.xtr              a table\n"
		       "  xentrace-bpf diff before.xtr after.xtr -o diff.svg  a flame graph\n",
	};

	argp_err_exit_status = EXIT_USAGE;
	argv[0] = (char *)"xentrace-bpf diff";
	argp_parse(&argp, argc, argv, 0, NULL, options);
	if (options->path && !strcmp(options->path, "-"))
		options->path = NULL;
	options->output = &diff_text;
	if (options->format)
		options->output = diff_output__find(options->format);
	else if (options->path && diff_output__for_file(options->path))
		options->output = diff_output__for_file(options->path);
	if (!options->output) {
		elog("unknown format '%s': see --help", options->format);
		exit(EXIT_USAGE);
	}
}

/* One of the two: the recording, and its whole. */
struct run {
	const char *file;
	struct mapping mapping;
	struct reader *reader;
	struct snapshot total;
	struct ledger *ledger;
};

static void run__close(struct run *run)
{
	ledger__free(run->ledger);
	snapshot__free(&run->total);
	reader__free(run->reader);
	mapping__close(&run->mapping);
}

static int run__open(struct run *run, const char *file)
{
	const char *why;
	int err;

	run->file = file;
	err = mapping__open(&run->mapping, file);
	if (err)
		return err;
	err = reader__new(&run->reader, run->mapping.data, run->mapping.size, &why);
	if (err)
		elog("%s %s", file, why);
	else if (reader__damage(run->reader))
		elog("%s %s", file, reader__damage(run->reader));
	return err;
}

static const struct platform *run__platform(const struct run *run)
{
	const struct recording_header *header = reader__header(run->reader);

	return header->has_platform ? &header->platform : NULL;
}

/* All of its intervals to the differ, or of a run without them its total; and keep the last total. */
static int run__read(struct run *run, struct differ *differ, enum diff_side side)
{
	const struct recording_part *part;
	enum part_kind kind;
	const char *why = "is too large: out of memory";
	int err;

	while (!(err = reader__next(run->reader, &kind, &part, &why)) && kind != PART_END) {
		if (kind == PART_INTERVAL || !reader__intervals(run->reader))
			err = differ__add(differ, side, &part->snap);
		if (!err && kind == PART_TOTAL) {
			snapshot__free(&run->total);
			err = snapshot__delta(&run->total, &part->snap, NULL);
		}
		if (err)
			break;
	}
	if (!err)
		err = ledger__build(&run->ledger, &run->total, run__platform(run));
	if (err)
		elog("%s %s", run->file, why);
	return err;
}

static int write_diff(const struct options *options, const struct run runs[DIFF_SIDES],
		      const struct diff *diff)
{
	struct diff_report report = { .diff = diff, .verbose = options->verbose };
	const char *name = options->path ? options->path : "standard output";
	FILE *out = options->path ? fopen(options->path, "we") : stdout;
	int err;

	for (int side = 0; side < DIFF_SIDES; side++) {
		report.file[side] = runs[side].file;
		report.run[side] = (struct report) {
			.run = &reader__header(runs[side].reader)->run,
			.platform = run__platform(&runs[side]),
			.snap = &runs[side].total,
			.ledger = runs[side].ledger,
		};
	}
	if (!out) {
		err = -errno;
	} else {
		err = options->output->print(out, &report);
		if (options->path && fclose(out) && !err)
			err = -errno;
	}
	/* whoever reads our standard output may stop */
	if (err == -EPIPE && !options->path)
		err = 0;
	if (err)
		elog("cannot write %s: %s", name, strerror(-err));
	return err;
}

static int compare(const struct options *options, struct run runs[DIFF_SIDES])
{
	struct diff_run of[DIFF_SIDES];
	struct differ *differ = NULL;
	struct diff diff = {};
	int err;

	for (int side = 0; side < DIFF_SIDES; side++)
		of[side] = (struct diff_run) { run__platform(&runs[side]),
					       reader__intervals(runs[side].reader) };
	err = differ__new(&differ, of);
	if (err)
		goto out;
	for (int side = 0; side < DIFF_SIDES; side++) {
		/* says itself what is wrong */
		if (run__read(&runs[side], differ, side)) {
			err = -EIO;
			goto out;
		}
	}
	err = differ__close(differ, &diff);
	if (!err && write_diff(options, runs, &diff))
		err = -EIO;
out:
	if (err == -ENOMEM)
		elog("out of memory");
	diff__free(&diff);
	differ__free(differ);
	return err;
}

static bool is_incomplete(const struct run *run)
{
	return reader__damage(run->reader) || run->ledger->quality.incomplete;
}

int cmd_diff(int argc, char **argv)
{
	struct run runs[DIFF_SIDES] = {};
	struct options options = {};
	int code = EXIT_RUNTIME;

	parse(&options, argc, argv);
	for (int side = 0; side < DIFF_SIDES; side++)
		if (run__open(&runs[side], options.file[side]))
			goto out;
	if (compare(&options, runs))
		goto out;
	code = EXIT_DONE;
	if (options.strict && (is_incomplete(&runs[0]) || is_incomplete(&runs[1])))
		code = EXIT_INCOMPLETE;
out:
	for (int side = 0; side < DIFF_SIDES; side++)
		run__close(&runs[side]);
	return code;
}
