// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "base/str.h"
#include "output/escape.h"
#include "run/ring.h"
#include "run/run.h"

#define LINE 512

struct watched {
	struct trigger trigger;
	bool said; /* that nobody measures what it asks */
};

struct watch {
	struct watch_options options;
	struct watched *all;
	uint64_t raised_until; /* CLOCK_MONOTONIC, ns; 0: the budget is the run's own */
	bool has_held, in_journal;
};

/*
 * Does the journal get our standard error? systemd says so (systemd.exec(5), JOURNAL_STREAM), and
 * the descriptor itself whether that is true.
 */
static bool is_in_journal(void)
{
	const char *said = process__given("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return said && sscanf(said, "%llu:%llu", &dev, &ino) == 2 && !fstat(STDERR_FILENO, &st) &&
	       st.st_dev == dev && st.st_ino == ino;
}

struct watch *watch__new(const struct watch_options *options)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->options = *options;
	watch->all = calloc(options->nr, sizeof(*watch->all));
	if (!watch->all) {
		free(watch);
		return NULL;
	}
	for (size_t i = 0; i < options->nr; i++)
		watch->all[i].trigger.condition = options->conditions[i];
	watch->in_journal = is_in_journal();
	/* now: what is given up later may be what it takes to reach /dev/log */
	if (options->ring && !watch->in_journal)
		openlog("xentrace-bpf", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	return watch;
}

void watch__free(struct watch *watch)
{
	if (!watch)
		return;
	closelog();
	free(watch->all);
	free(watch);
}

bool watch__has_held(const struct watch *watch)
{
	return watch->has_held;
}

static void say_unknown(struct watch *watch, size_t i, const char *why)
{
	if (!watch->all[i].said)
		elog("'%s' can never hold: %s", ASCII(watch->options.texts[i]), ASCII(why));
	watch->all[i].said = true;
}

/* The flight recorder's: said, logged, kept. */
static int fire(struct watch *watch, struct source *source, const char *line)
{
	const struct watch_options *options = &watch->options;
	int err;

	elog("%s", line);
	if (!watch->in_journal)
		syslog(LOG_NOTICE, "%s", line);
	err = ring__hold(options->ring, options->before_ns, options->after_ns);
	if (err)
		return err;
	watch->raised_until = clock__monotonic_ns() + options->after_ns;
	if (source->raise)
		source->raise(source, options->max_overhead);
	return 0;
}

static void end_raise(struct watch *watch, struct source *source)
{
	if (!watch->raised_until || clock__monotonic_ns() < watch->raised_until)
		return;
	watch->raised_until = 0;
	if (source->raise)
		source->raise(source, 0);
}

int watch__interval(struct watch *watch, struct source *source, const struct report *report)
{
	char evidence[CONDITION_EVIDENCE], line[LINE];
	enum condition_answer answer;
	int err = 0;

	end_raise(watch, source);
	for (size_t i = 0; !err && !watch->has_held && i < watch->options.nr; i++) {
		const bool fires = trigger__feed(&watch->all[i].trigger, report->snap,
						 report->ledger, &answer, evidence);

		if (answer == CONDITION_UNKNOWN)
			say_unknown(watch, i, evidence);
		if (!fires)
			continue;
		STR_SET(line, "%.200s: %s", ASCII(watch->options.texts[i]), ASCII(evidence));
		if (watch->options.ring) {
			err = fire(watch, source, line);
			continue;
		}
		watch->has_held = true;
		puts(line);
		if (source->hurry)
			source->hurry(source);
	}
	return err;
}
