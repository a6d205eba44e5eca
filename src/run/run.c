// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>

#include "base/log.h"
#include "run/ring.h"
#include "run/run.h"
#include "run/signals.h"
#include "run/watch.h"

int run__open(struct run *run, const struct sinks_use *use)
{
	struct source *source = run->source;
	int err;

	signals__let_through();
	err = sinks__open(run->sinks, use);
	signals__keep();
	if (err)
		return err == -EINVAL ? EXIT_USAGE : EXIT_RUNTIME;
	source->shows_intervals = sinks__show_intervals(run->sinks);
	source->all_intervals = run->ring || run->watch;
	source->draws_course = sinks__want_series(run->sinks) || sinks__keep_intervals(run->sinks);
	source->exports = run->exporter;
	source->asks = run->exporter ? exporter__asks(run->exporter) : -1;
	if (sinks__want_series(run->sinks) &&
	    series__new(&run->course, SERIES_STEPS, SERIES_BYTES)) {
		elog("out of memory");
		return EXIT_RUNTIME;
	}
	return EXIT_DONE;
}

static int write_sinks(struct run *run, enum sink_part kind, const struct report *report)
{
	int err;

	signals__let_through();
	err = sinks__write(run->sinks, kind, report);
	signals__keep();
	return err;
}

/* The books of a part, for all outputs the same. */
static int write_part(struct run *run, enum sink_part kind, const struct run_part *part)
{
	struct report report = run->report;
	struct ledger *ledger = NULL;
	int err = 0;

	report.series = run->course;
	if (part) {
		report.snap = part->snap;
		report.interval_no = part->interval_no;
		err = ledger__build(&ledger, part->snap, report.platform);
		if (err)
			return err;
		report.ledger = ledger;
	}
	if (kind == SINK_TOTAL)
		run->incomplete = ledger->quality.incomplete;
	if (run->exporter)
		err = exporter__write(run->exporter, kind, &report);
	if (!err && kind != SINK_READING)
		err = write_sinks(run, kind, &report);
	if (!err && run->ring && kind == SINK_INTERVAL)
		err = ring__interval(run->ring, &report);
	if (!err && run->watch && kind == SINK_INTERVAL)
		err = watch__interval(run->watch, run->source, &report);
	ledger__free(ledger);
	return err;
}

/* What came after the last interval is a part of the course: with it that adds up to the whole. */
static int add_to_course(struct run *run, const struct run_part *part)
{
	if (!run->course)
		return 0;
	if (part->kind == SINK_INTERVAL)
		return series__add(run->course, part->snap);
	return part->last ? series__end(run->course, part->snap) : 0;
}

static int take(struct run *run, const struct run_part *part)
{
	enum sink_part kind = part->unasked ? SINK_UNASKED : part->kind;
	int err = add_to_course(run, part);

	if (err || (kind == SINK_UNASKED && !run->exporter && !sinks__keep_intervals(run->sinks)))
		return err;
	return write_part(run, kind, part);
}

/* A reader of standard output that went away is one output less: the others get their end. */
static int follow(struct run *run)
{
	struct source *source = run->source;
	int got, err = write_part(run, SINK_HEADER, NULL);
	struct run_part part;

	while (!err || err == -EPIPE) {
		if (err && source->hurry)
			source->hurry(source);
		part = (struct run_part) {};
		got = source->next(source, &part);
		if (got <= 0)
			return got;
		err = take(run, &part);
	}
	return err;
}

int run__follow(struct run *run)
{
	int err = follow(run), closed;

	if (err == -ENOMEM)
		elog("out of memory");
	if (!err)
		err = sinks__publish(run->sinks);
	if (!err && run->ring)
		err = ring__end(run->ring);
	closed = run__close(run);
	if (err || (closed && closed != -EPIPE))
		return EXIT_RUNTIME;
	return run->strict && (run->incomplete || run->damaged) ? EXIT_INCOMPLETE : EXIT_DONE;
}

int run__close(struct run *run)
{
	int err;

	signals__let_through();
	err = sinks__close(run->sinks);
	signals__keep();
	series__free(run->course);
	run->course = NULL;
	return err;
}
