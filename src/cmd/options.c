// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cmd/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

#define OPT_FORMAT 0x100
#define OPT_STRICT 0x101
#define OPT_SLOWER 0x102
#define OPT_MODE   0x103

static bool parsing;

int cmd__end_output(void)
{
	errno = 0;
	if ((!fflush(stdout) && !ferror(stdout)) || errno == EPIPE)
		return EXIT_DONE;
	elog("cannot write standard output: %s", strerror(errno ? errno : EIO));
	return EXIT_RUNTIME;
}

/* argp itself exits behind its help, and does not look whether anybody got it. */
static void at_exit(void)
{
	if (parsing && cmd__end_output())
		_exit(EXIT_RUNTIME);
}

void cmd__parse(const struct argp *argp, const char *name, int argc, char **argv, void *input)
{
	/* a help text goes out as one: what a part of it fails with nobody could say at the end */
	static char whole[1 << 15];

	setvbuf(stdout, whole, _IOFBF, sizeof(whole));
	argp_err_exit_status = EXIT_USAGE;
	argv[0] = (char *)name;
	atexit(at_exit);
	parsing = true;
	argp_parse(argp, argc, argv, 0, NULL, input);
	parsing = false;
}

bool options__exact_all(const char *text, struct argp_state *state)
{
	if (text && strcmp(text, "all"))
		argp_error(state, "--exact=%s: only 'all' can be said", text);
	return text;
}

/* As chmod(1) takes it: octal. One that its owner cannot read is rather a mistake. */
static mode_t mode(const char *text, struct argp_state *state)
{
	char *end;
	unsigned long value = strtoul(text, &end, 8);

	if (!strchr("01234567", *text) || !*text || *end || value > 0777 || !(value & 0400))
		argp_error(state, "--mode '%s' is no octal number from 0400 to 0777", text);
	return value;
}

static error_t parse_output(int key, char *arg, struct argp_state *state)
{
	struct output_options *options = state->input;

	switch (key) {
	case 'o':
		if (options->nr_paths == SINKS_MAX)
			argp_error(state, "more than %d outputs", SINKS_MAX);
		if (!*arg)
			argp_error(state, "-o '' names no file");
		options->paths[options->nr_paths++] = arg;
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
	case OPT_MODE:
		options->mode = mode(arg, state);
		break;
	case 'v':
		options->verbose = true;
		log_verbosity++;
		break;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const char *output_options__extension(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode) ? "" : output__extension(path);
}

/* Sets *uses where --format says it. */
static const struct output *choose(const char *path, const struct output *asked,
				   const struct output *otherwise, bool *uses)
{
	bool is_stdout = !strcmp(path, "-");
	const struct output *said = is_stdout ? NULL : output__for_file(path);

	*uses = asked && (!said || said == asked);
	if (said || asked)
		return said ? said : asked;
	if (is_stdout || (!otherwise && !*output_options__extension(path)))
		return &output_text;
	if (!otherwise)
		elog("-o %s: no format has the extension '%s': see --help, or say --format", path,
		     output__extension(path));
	return otherwise;
}

const struct output *output_options__only(const struct output_options *options,
					  bool (*has)(const struct output *output),
					  const char *what)
{
	const char *path = options->nr_paths ? options->paths[0] : "-", *format = options->format;
	const char *extension = strcmp(path, "-") ? output_options__extension(path) : "";
	const struct output *asked = format ? output__find(format) : NULL;
	const struct output *said = *extension ? output__for_file(path) : NULL;

	if (format && (!asked || !has(asked)))
		elog("unknown format '%s': see --help", format);
	else if (said && !has(said))
		/* else a file named .om, say, would hold a table */
		elog("%s has no format '%s': see --help", what, said->name);
	else if (said && asked && said != asked)
		elog("--format %s: the extension of %s says %s; name one of them only", format,
		     path, said->name);
	else if (said || asked)
		return said ? said : asked;
	else if (!*extension)
		return &output_text;
	else
		elog("-o %s: no format has the extension '%s': see --help, or say --format", path,
		     extension);
	return NULL;
}

int output_options__add(const struct output_options *options, struct sinks *sinks,
			const struct output *otherwise, const char *instead)
{
	const struct output *asked = options->format ? output__find(options->format) : NULL,
			    *output;
	bool used = false, uses;

	sinks->mode = options->mode;
	if (options->format && !asked) {
		elog("unknown format '%s': see --help", options->format);
		return -EINVAL;
	}
	for (unsigned int i = 0; i < options->nr_paths; i++) {
		output = choose(options->paths[i], asked, otherwise, &uses);
		if (!output || sinks__add(sinks, options->paths[i], output))
			return -EINVAL;
		used |= uses;
	}
	if (!options->nr_paths)
		return sinks__add(sinks, instead, asked ? asked : &output_text);
	if (!asked || used)
		return 0;
	elog("--format %s: the extension of %s says %s; name one of them only", asked->name,
	     sinks->sink[0].path, sinks->sink[0].output->name);
	return -EINVAL;
}

static uint64_t slower_ns(const char *text, struct argp_state *state)
{
	double ms = 0;

	if (!number__real(text, &ms) || ms <= 0 || ms > 1e9)
		argp_error(state, "--slower '%s' is not a number of milliseconds above 0", text);
	return ms * 1e6;
}

static error_t parse_view(int key, char *arg, struct argp_state *state)
{
	struct view_options *options = state->input;

	switch (key) {
	case 'T':
		options->timestamps = true;
		break;
	case 'C':
		options->per_vcpu = true;
		break;
	case OPT_SLOWER:
		options->slower_ns = slower_ns(arg, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option output_table[] = {
	{ "output", 'o', "FILE", 0,
	  "Write there, in the format of its extension; - is standard output. What is there is "
	  "replaced "
	  "when the new one is whole",
	  0 },
	{ "format", OPT_FORMAT, "FORMAT", 0,
	  "The format of standard output, and of files whose extension says none", 0 },
	{ "mode", OPT_MODE, "OCTAL", 0,
	  "Permissions of files: 0600 if not said, or those of the file that is replaced", 0 },
	{ "json", 'j', NULL, 0, "The same as --format json", 0 },
	{ "strict", OPT_STRICT, NULL, 0, "Exit with 5 when the data is incomplete", 0 },
	{ "verbose", 'v', NULL, 0, "All rows of each table, and what is done; -vv: in detail", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static const struct argp_option view_table[] = {
	{ "timestamp", 'T', NULL, 0, "Begin each interval with the time of day", 0 },
	{ "per-vcpu", 'C', NULL, 0, "Also the vCPUs apart: their states, and events by device", 0 },
	{ "slower", OPT_SLOWER, "MS", 0,
	  "Show the slowest requests that took longer than MS milliseconds, each in legs", 0 },
	{ 0 },
};

const struct argp output_options__argp = { .options = output_table, .parser = parse_output };
const struct argp view_options__argp = { .options = view_table, .parser = parse_view };
