// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xentrace-bpf report: from a recording what the live run would have given. */
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
#include "recording/course.h"
#include "recording/reader.h"

struct options {
	const char *file;
	struct mapping mapping;
	struct output_options out;
	struct view_options view;
	struct sinks sinks;
	struct course *course; /* NULL when no output draws it */
};

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->out;
		state->child_inputs[1] = &options->view;
		break;
	case ARGP_KEY_ARG:
		if (options->file)
			argp_error(state, "'%s' is one argument too many", arg);
		options->file = arg;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "report of which recording?");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void parse(struct options *options, int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &output_options__argp, 0, NULL, 0 },
		{ &view_options__argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.parser = parse_one,
		.children = children,
		.args_doc = "FILE",
		.doc = "From a recording, to the byte what the run that recorded it would have "
		       "given.\v" FORMATS_HELP "Examples:\n"
		       "  xentrace-bpf report run.xtr                the report\n"
		       "  xentrace-bpf report run.xtr -o run.svg     the flame-style histogram\n"
		       "  xentrace-bpf report run.xtr --json | jq    one JSON object a "
		       "line\n" SEE_PAGE("xentrace-bpf-report"),
	};

	cmd__parse(&argp, "xentrace-bpf report", argc, argv, options);
	if (output_options__add(&options->out, &options->sinks, NULL))
		exit(EXIT_USAGE);
}

/* As the live run calls it, with the same report. */
static int write_part(struct options *options, const struct recording_header *header,
		      enum sink_part part, const struct recording_part *from, bool *incomplete)
{
	const struct platform *platform = header->has_platform ? &header->platform : NULL;
	struct report report = {
		.run = &header->run,
		.platform = platform,
		.snap = from ? &from->snap : NULL,
		.series = course__series(options->course),
		.interval_no = from ? from->interval_no : 0,
		.timestamps = options->view.timestamps || header->timestamps,
		.verbose = options->out.verbose || header->verbose,
		.per_vcpu = options->view.per_vcpu || header->per_vcpu,
		.slower_ns = options->view.slower_ns ?: header->slower_ns,
	};
	struct ledger *ledger = NULL;
	int err;

	if (from) {
		err = ledger__build(&ledger, report.snap, platform);
		if (err)
			return err;
		report.ledger = ledger;
		if (part == SINK_TOTAL)
			*incomplete = ledger->quality.incomplete;
	}
	err = sinks__write(&options->sinks, part, &report);
	ledger__free(ledger);
	return err;
}

static int follow(struct options *options, const struct reader *reader, enum part_kind kind,
		  const struct snapshot *snap)
{
	if (!options->course)
		return 0;
	if (kind == PART_INTERVAL)
		return course__add(options->course, snap);
	return reader__at_end(reader) ? course__end(options->course, snap) : 0;
}

/* A reader of standard output that went away is one output less; the others get their end. */
static int replay(struct options *options, struct reader *reader, bool *incomplete)
{
	const struct recording_header *header = reader__header(reader);
	const struct recording_part *part;
	bool shown = sinks__show_intervals(&options->sinks);
	enum part_kind kind = PART_END;
	const char *why;
	int err;

	if (!shown && !options->course)
		reader__skip_intervals(reader);
	err = write_part(options, header, SINK_HEADER, NULL, incomplete);
	while (!err || err == -EPIPE) {
		err = reader__next(reader, &kind, &part, &why);
		/* what was cut meanwhile makes no sense either */
		if (mapping__check(&options->mapping, options->file))
			return -EIO;
		if (err) {
			elog("%s %s", options->file, why);
			return err;
		}
		if (kind == PART_END)
			break;
		err = follow(options, reader, kind, &part->snap);
		if (err)
			break;
		if (kind == PART_INTERVAL && !shown)
			continue;
		err = write_part(options, header,
				 kind == PART_INTERVAL ? SINK_INTERVAL : SINK_TOTAL, part,
				 incomplete);
	}
	if (err == -ENOMEM)
		elog("out of memory");
	return err == -EPIPE ? 0 : err;
}

static int report(struct options *options, struct reader *reader)
{
	const char *damage = reader__damage(reader);
	const struct sinks_use use = { .input = &options->mapping.st };
	bool incomplete = false, refused;
	int err, closed;

	if (damage)
		elog("%s %s", options->file, damage);
	err = sinks__open(&options->sinks, &use);
	refused = err == -EINVAL;
	if (!err && sinks__want_series(&options->sinks))
		err = course__new(&options->course);
	if (!err)
		err = replay(options, reader, &incomplete);
	if (!err)
		err = sinks__publish(&options->sinks);
	course__free(options->course);
	closed = sinks__close(&options->sinks);
	if (refused)
		return EXIT_USAGE;
	if (err || (closed && closed != -EPIPE))
		return EXIT_RUNTIME;
	return options->out.strict && (incomplete || damage) ? EXIT_INCOMPLETE : EXIT_DONE;
}

int cmd_report(int argc, char **argv)
{
	struct options options = {};
	struct reader *reader = NULL;
	const char *why;
	int code = EXIT_RUNTIME, err;

	parse(&options, argc, argv);
	if (mapping__open(&options.mapping, options.file))
		return EXIT_RUNTIME;
	err = reader__new(&reader, options.mapping.data, options.mapping.size, &why);
	if (mapping__check(&options.mapping, options.file))
		goto out;
	if (err)
		elog("%s %s", options.file, why);
	else
		code = report(&options, reader);
out:
	reader__free(reader);
	mapping__close(&options.mapping);
	return code;
}
