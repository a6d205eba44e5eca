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
#include "cmd/parse.h"
#include "cmd/terminal.h"
#include "output/diff.h"
#include "recording/reader.h"

struct options {
	const char *file[DIFF_SIDES];
	unsigned int nr_files;
	struct output_options out;
	struct outfile to;
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

/* As of the other outputs (output_options__add()): the extension, --format where that says none, text. */
static const struct diff_output *choose(const char *path, const char *format)
{
	const char *extension = strcmp(path, "-") ? output_options__extension(path) : "";
	const struct diff_output *asked = format ? diff_output__find(format) : NULL;
	const struct diff_output *said = *extension ? diff_output__for_file(path) : NULL;

	if (format && !asked)
		elog("unknown format '%s': see --help", format);
	else if (*extension && !said && output__for_file(path))
		/* no table under the name of something else */
		elog("a diff has no format '%s': see --help", output__for_file(path)->name);
	else if (said && asked && said != asked)
		elog("--format %s: the extension of %s says %s; name one of them only", format,
		     path, said->name);
	else if (said || asked)
		return said ? said : asked;
	else if (!*extension)
		return &diff_text;
	else
		elog("-o %s: no format has the extension '%s': see --help, or say --format", path,
		     extension);
	return NULL;
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
		       "  xentrace-bpf diff before.xtr after.xtr -o diff.html  a page to "
		       "explore\n" SEE_PAGE("xentrace-bpf-diff"),
	};

	cmd__parse(&argp, "xentrace-bpf diff", argc, argv, options);
	options->output =
		choose(options->out.nr_paths ? options->out.paths[0] : "-", options->out.format);
	if (!options->output)
		exit(EXIT_USAGE);
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
	if (mapping__check(&run->mapping, file))
		return -EIO;
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
	if (mapping__check(&run->mapping, run->file))
		return -EIO;
	if (!err)
		err = ledger__build(&run->ledger, &run->total, run__platform(run));
	if (err)
		elog("%s %s", run->file, why);
	return err;
}

static int write_diff(struct options *options, const struct run runs[DIFF_SIDES],
		      const struct diff *diff)
{
	struct diff_report report = { .diff = diff, .verbose = options->out.verbose };
	struct outfile *to = &options->to;
	int err = outfile__open(to);

	report.width = outfile__is_stdout(to) ? terminal__width() : 0;

	if (err)
		return err;

	for (int side = 0; side < DIFF_SIDES; side++) {
		report.file[side] = runs[side].file;
		report.run[side] = (struct report) {
			.run = &reader__header(runs[side].reader)->run,
			.platform = run__platform(&runs[side]),
			.snap = &runs[side].total,
			.ledger = runs[side].ledger,
		};
	}
	err = options->output->print(to->file, &report);
	if (!err)
		err = outfile__publish(to);
	outfile__say(to, err);
	/* whoever reads our standard output may stop */
	return err == -EPIPE && outfile__is_stdout(to) ? 0 : err;
}

static int compare(struct options *options, struct run runs[DIFF_SIDES])
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

/* Neither of the two is written over, by whichever name. Returns an exit code. */
static int find_output(struct options *options, const struct run runs[DIFF_SIDES])
{
	const char *path = options->out.nr_paths ? options->out.paths[0] : "-";

	if (outfile__find(&options->to, path))
		return EXIT_RUNTIME;
	for (int side = 0; side < DIFF_SIDES; side++) {
		if (!place__is(&options->to.place, &runs[side].mapping.st))
			continue;
		elog("%s is a recording that is read: name another file for the output",
		     outfile__is_stdout(&options->to) ? "standard output" : path);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

int cmd_diff(int argc, char **argv)
{
	struct run runs[DIFF_SIDES] = {};
	struct options options = { .to.place.dir = -1 };
	int code = EXIT_RUNTIME, err;

	parse(&options, argc, argv);
	for (int side = 0; side < DIFF_SIDES; side++)
		if (run__open(&runs[side], options.file[side]))
			goto out;
	code = find_output(&options, runs);
	if (code)
		goto out;
	code = EXIT_RUNTIME;
	err = compare(&options, runs);
	if (err || outfile__close(&options.to))
		goto out;
	code = EXIT_DONE;
	if (options.out.strict && (is_incomplete(&runs[0]) || is_incomplete(&runs[1])))
		code = EXIT_INCOMPLETE;
out:
	outfile__close(&options.to);
	for (int side = 0; side < DIFF_SIDES; side++)
		run__close(&runs[side]);
	return code;
}
