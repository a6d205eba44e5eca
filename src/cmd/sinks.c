// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/sinks.h"

static bool is_stdout(const struct sink *sink)
{
	return strcmp(sink->path, "-") == 0;
}

int sinks__add(struct sinks *sinks, const char *path, const char *format)
{
	const struct output *output;

	if (sinks->nr == SINKS_MAX) {
		elog("more than %d outputs", SINKS_MAX);
		return -EINVAL;
	}
	output = format ? output__find(format) : output__for_file(path);
	if (!output && format) {
		elog("unknown format '%s': see --help", format);
		return -EINVAL;
	}
	if (!output)
		output = &output_text;
	sinks->sink[sinks->nr++] = (struct sink) { .path = path, .output = output };
	return 0;
}

int sinks__open(struct sinks *sinks)
{
	for (unsigned int i = 0; i < sinks->nr; i++) {
		struct sink *sink = &sinks->sink[i];

		if (sink->output->open) {
			sink->state = sink->output->open();
			if (!sink->state) {
				elog("out of memory");
				return -ENOMEM;
			}
		}
		sink->file = is_stdout(sink) ? stdout : fopen(sink->path, "we");
		if (!sink->file) {
			elog("cannot write %s: %s", sink->path, strerror(errno));
			return -errno;
		}
	}
	return 0;
}

bool sinks__show_intervals(const struct sinks *sinks)
{
	for (unsigned int i = 0; i < sinks->nr; i++)
		if (sinks->sink[i].output->interval != output__nothing)
			return true;
	return false;
}

bool sinks__want_series(const struct sinks *sinks)
{
	for (unsigned int i = 0; i < sinks->nr; i++)
		if (sinks->sink[i].output->wants_series)
			return true;
	return false;
}

/*
 * A drawing has one root: what SIGUSR1 asked for makes room for the next. Standard output is not
 * ours to cut, and what is no file (a pipe) holds both.
 */
static int start_over(struct sink *sink)
{
	if (!sink->output->is_document || is_stdout(sink) || ftello(sink->file) <= 0)
		return 0;
	if (fseeko(sink->file, 0, SEEK_SET) || ftruncate(fileno(sink->file), 0))
		return -errno;
	return 0;
}

static int write_total(struct sink *sink, const struct report *report)
{
	int err = start_over(sink);

	return err ? err : sink->output->total(sink->file, report);
}

static int report_error(const struct sink *sink, int err)
{
	if (err && !(err == -EPIPE && is_stdout(sink)))
		elog("cannot write %s: %s", is_stdout(sink) ? "standard output" : sink->path,
		     strerror(-err));
	return err;
}

/* The first error that is not just a reader that went away. */
static int worse(int first, int err)
{
	return first && first != -EPIPE ? first : err ? err : first;
}

int sinks__write(struct sinks *sinks, enum sink_part part, const struct report *report)
{
	struct report own = *report;
	int err, first = 0;

	for (unsigned int i = 0; i < sinks->nr; i++) {
		struct sink *sink = &sinks->sink[i];

		if (sink->gone)
			continue;
		own.state = sink->state;
		switch (part) {
		case SINK_HEADER:
			err = sink->output->header(sink->file, &own);
			break;
		case SINK_INTERVAL:
			err = sink->output->interval(sink->file, &own);
			break;
		default:
			err = write_total(sink, &own);
			break;
		}
		report_error(sink, err);
		sink->gone = err == -EPIPE && is_stdout(sink);
		first = worse(first, err);
	}
	return first;
}

int sinks__close(struct sinks *sinks)
{
	int err, first = 0;

	for (unsigned int i = 0; i < sinks->nr; i++) {
		struct sink *sink = &sinks->sink[i];

		if (sink->output->close)
			sink->output->close(sink->state);
		sink->state = NULL;
		if (!sink->file)
			continue;
		err = is_stdout(sink) ? fflush(stdout) : fclose(sink->file);
		sink->file = NULL;
		if (err && !sink->gone)
			first = worse(first, report_error(sink, -errno));
	}
	return first;
}
