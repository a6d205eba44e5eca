// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>

#include "base/log.h"
#include "run/sinks.h"

int sinks__add(struct sinks *sinks, const char *path, const struct output *output)
{
	if (sinks->nr == SINKS_MAX) {
		elog("more than %d outputs", SINKS_MAX);
		return -EINVAL;
	}
	sinks->sink[sinks->nr++] =
		(struct sink) { .path = path, .output = output, .to.place.dir = -1 };
	return 0;
}

/* Before any is opened, which may wait for who reads a FIFO. */
static int find(struct sinks *sinks, const struct sinks_use *use)
{
	int err;

	for (unsigned int i = 0; i < sinks->nr; i++) {
		struct sink *sink = &sinks->sink[i];

		err = outfile__find(&sink->to, sink->path);
		if (err)
			return err == -EINVAL ? -EIO : err;
		sink->to.mode = sinks->mode;
		if (use->input && place__is(&sink->to.place, use->input)) {
			elog("%s is the recording that is read: name another file for the output",
			     outfile__name(&sink->to));
			return -EINVAL;
		}
		for (unsigned int n = 0; n < i; n++) {
			if (!place__same(&sinks->sink[n].to.place, &sink->to.place))
				continue;
			elog("%s and %s are the same file: name two",
			     outfile__name(&sinks->sink[n].to), outfile__name(&sink->to));
			return -EINVAL;
		}
	}
	return 0;
}

/* Of a whole run the intervals are for what is made of them alone. */
static bool takes_intervals(const struct sinks *sinks, const struct sink *sink)
{
	const struct output *output = sink->output;

	return output->interval != output__nothing &&
	       (!sinks->only_whole || output->keeps_intervals || output == &output_recording);
}

static bool shows_intervals(const struct sinks *sinks, const struct sink *sink)
{
	return takes_intervals(sinks, sink) && !sink->output->keeps_intervals;
}

int sinks__open(struct sinks *sinks, const struct sinks_use *use)
{
	int err = find(sinks, use);

	sinks->live = use->live;
	for (unsigned int i = 0; !err && i < sinks->nr; i++) {
		struct sink *sink = &sinks->sink[i];

		if (sink->output->open) {
			sink->state = sink->output->open();
			if (!sink->state) {
				elog("out of memory");
				return -ENOMEM;
			}
		}
		sink->grows = use->live && (sink->output == &output_recording ||
					    (use->intervals && shows_intervals(sinks, sink)));
		err = outfile__open(&sink->to);
		if (err == -EINVAL)
			err = -EIO;
	}
	return err;
}

bool sinks__show_intervals(const struct sinks *sinks)
{
	for (unsigned int i = 0; i < sinks->nr; i++)
		if (shows_intervals(sinks, &sinks->sink[i]))
			return true;
	return false;
}

bool sinks__keep_intervals(const struct sinks *sinks)
{
	for (unsigned int i = 0; i < sinks->nr; i++)
		if (sinks->sink[i].output->keeps_intervals)
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
 * A drawing has one root: what SIGUSR1 asked for makes room for the next. What is no file (a pipe)
 * holds both.
 */
static int write_total(struct sink *sink, const struct report *report, bool live)
{
	int err = sink->output->is_document ? outfile__renew(&sink->to) : 0;

	if (!err)
		err = sink->output->total(sink->to.file, report);
	return err || !live ? err : outfile__publish(&sink->to);
}

static int write_part(struct sink *sink, enum sink_part part, const struct report *report,
		      bool live)
{
	int err = 0;

	switch (part) {
	case SINK_HEADER:
		err = sink->output->header(sink->to.file, report);
		break;
	case SINK_INTERVAL:
		err = sink->output->interval(sink->to.file, report);
		break;
	case SINK_UNASKED:
		if (sink->output->keeps_intervals)
			err = sink->output->interval(sink->to.file, report);
		break;
	default:
		err = write_total(sink, report, live);
		break;
	}
	return err ? err : outfile__check(&sink->to);
}

static int publish(struct sinks *sinks, bool all)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < sinks->nr; i++) {
		struct sink *sink = &sinks->sink[i];

		if (sink->gone || !(all || sink->grows))
			continue;
		err = outfile__publish(&sink->to);
		outfile__say(&sink->to, err);
	}
	return err;
}

int sinks__publish(struct sinks *sinks)
{
	return publish(sinks, true);
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

		if (sink->gone || (part == SINK_INTERVAL && !takes_intervals(sinks, sink)))
			continue;
		own.state = sink->state;
		own.width = outfile__width(&sink->to);
		err = write_part(sink, part, &own, sinks->live);
		outfile__say(&sink->to, err);
		sink->gone = err == -EPIPE && outfile__is_standard(&sink->to);
		first = worse(first, err);
	}
	/* the run begins, when all of them could */
	if (part == SINK_HEADER && (!first || first == -EPIPE))
		first = worse(first, publish(sinks, false));
	return first;
}

int sinks__close(struct sinks *sinks)
{
	int err, first = 0;

	for (unsigned int i = 0; i < sinks->nr; i++) {
		struct sink *sink = &sinks->sink[i];

		if (sink->state && sink->output->close)
			sink->output->close(sink->state);
		sink->state = NULL;
		err = outfile__close(&sink->to);
		if (!err || sink->gone)
			continue;
		outfile__say(&sink->to, err);
		first = worse(first, err);
	}
	return first;
}
