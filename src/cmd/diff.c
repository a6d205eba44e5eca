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
#include "cmd/output_options.h"
#include "output/diff.h"
#include "recording/reader.h"

struct options {
	const char *file[DIFF_SIDES];
	unsigned int nr_files;
	struct output_options out;
	const char *path; /* NULL: standard output */
	const struct diff_output *output;
};

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

static void parse(struct options *options, int argc, char **argv)
{
	static const struct argp_child children[] = { { &output_options__argp, 0, NULL, 0 },
						      { 0 } };
	static const struct argp argp = {
		.parser = parse_one,
		.children = children,
		.args_doc = "BEFORE AFTER",
		.doc = "What changed between two recordings, told from what changes anyway.\v"
		       "Formats, and their extensions: text .txt, json .json, folded .folded, "
		       "svg .svg, html .html.\n"
		       "Examples:\n"
		       "  xentrace-bpf diff before.xtr after.xtr              a table\n"
		       "  xentrace-bpf diff before.xtr after.xtr -o diff.svg  a flame graph\n"
		       "  xentrace-bpf diff before.xtr after.xtr -o diff.html  a page to explore\n",
	};

	argp_err_exit_status = EXIT_USAGE;
	argv[0] = (char *)"xentrace-bpf diff";
	argp_parse(&argp, argc, argv, 0, NULL, options);
	if (options->out.nr_paths && strcmp(options->out.paths[0], "-"))
		options->path = options->out.paths[0];
	options->output = &diff_text;
	if (options->out.format) {
		options->output = diff_output__find(options->out.format);
	} else if (options->path && diff_output__for_file(options->path)) {
		options->output = diff_output__for_file(options->path);
	} else if (options->path && output__for_file(options->path)) {
		/* not a table under the name of something else */
		elog("a diff has no format '%s': see --help",
		     output__for_file(options->path)->name);
		exit(EXIT_USAGE);
	}
	if (!options->output) {
		elog("unknown format '%s': see --help", options->out.format);
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
	struct diff_report report = { .diff = diff, .verbose = options->out.verbose };
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
	if (options.out.strict && (is_incomplete(&runs[0]) || is_incomplete(&runs[1])))
		code = EXIT_INCOMPLETE;
out:
	for (int side = 0; side < DIFF_SIDES; side++)
		run__close(&runs[side]);
	return code;
}
