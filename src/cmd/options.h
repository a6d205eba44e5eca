/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The commands, and their command lines by argp: what is the same for all of them, and the options
 * that several share, as children of their own argp parsers.
 */
#ifndef XT_CMD_OPTIONS_H
#define XT_CMD_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "run/sinks.h"

/* Each takes its own argv (argv[0] is its name) and returns an exit code. */
int cmd_trace(int argc, char **argv);
int cmd_detect(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_wait(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_advise(int argc, char **argv);
int cmd_join(int argc, char **argv);
int cmd_import(int argc, char **argv);

/* The last line of a command's help: where more is said. */
#define SEE_PAGE(page) "See " page "(8), and the GLOSSARY of xentrace-bpf(8) for its terms.\n"

/*
 * Parse; `name` is the command's as messages call it. Exits for --help and --version, with 0 or,
 * where they cannot be written, with 1 and the cause; and with 2 for wrong usage.
 */
void cmd__parse(const struct argp *argp, const char *name, int argc, char **argv, void *input);

/* Flush standard output. Returns 0, or 1 with the cause; a reader that went away is no error. */
int cmd__end_output(void);

/* The argument of --exact: "all" or none; wrong usage exits. */
bool options__exact_all(const char *text, struct argp_state *state);

/* Where to, and in which form. */
struct output_options {
	const char *paths[SINKS_MAX];
	unsigned int nr_paths;
	const char *format; /* NULL: not said */
	mode_t mode;	    /* 0: not said */
	bool strict, verbose;
};

/* The extension of a file, "" of what is none, as a folder or a FIFO. */
const char *output_options__extension(const char *path);

/*
 * Add the sinks that were asked for, or `instead`: "-" or outfile_stderr. An extension says a file's format;
 * --format that of standard output and of names whose extension says none, and has to be of use to
 * one of them. Without --format `otherwise` is the format of any such file; where that is NULL, it is
 * text of what has no extension, and one that is unknown is wrong usage. Returns 0, or -EINVAL with
 * a message.
 */
int output_options__add(const struct output_options *options, struct sinks *sinks,
			const struct output *otherwise, const char *instead);

/*
 * The format of the only output, chosen likewise, of those that `what` has: NULL after a message.
 */
const struct output *output_options__only(const struct output_options *options,
					  bool (*has)(const struct output *output),
					  const char *what);

/* What a report shows besides, of trace and report. */
struct view_options {
	bool timestamps, per_vcpu;
	uint64_t slower_ns; /* 0: only the slowest request is shown */
};

/*
 * For an argp's children: its parser sets state->child_inputs[] to the struct of each, in their
 * order, at ARGP_KEY_INIT. Keys of its own that are no letter begin at OPT_OWN.
 */
extern const struct argp output_options__argp, view_options__argp;

#define OPT_TRACED 0x180 /* those of cmd/live.h */
#define OPT_OWNERS 0x1c0 /* those of cmd/owners.h */
#define OPT_OWN	   0x200

/* Of trace and report, for the end of their help. */
#define FORMATS_HELP                                                                           \
	"Formats, and their extensions: text .txt, json .json, folded .folded, svg .svg, "     \
	"html .html, openmetrics .om, otlp .otlp.json, pprof .pb.gz, trace-json .trace.json, " \
	"recording .xtr. -o may be repeated.\n"                                                \
	"A file that is there is replaced when the new one is whole, or by what can be "       \
	"read while it is made (a recording, text and JSON of intervals) when the trace "      \
	"begins. The recording that is read is no output. What is no regular file (a FIFO, "   \
	"/dev/stdout) is written to as it is.\n"

#endif
