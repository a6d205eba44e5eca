// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exit.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/resolve.h"
#include "cmd/signals.h"
#include "cmd/trace_options.h"
#include "probe/shortage.h"
#include "probe/tracer.h"

#define NS_PER_S 1000000000.0
#define TICK_NS	 1000000000ull /* between readings of the vCPUs' times */
/* s; of a run without an INTERVAL whose output draws its course */
#define SERIES_INTERVAL 1

struct run {
	struct trace_options options;
	struct run_info info;
	char command_line[512];
	struct utsname host;
	struct platform *platform;
	struct tracer *tracer;
	struct snapshot last; /* at the end of the last interval */
	bool has_last;
	struct series *series; /* NULL when no output wants it */
	unsigned int intervals;
	bool incomplete;
};

static void describe(struct run *run, int argc, char **argv)
{
	size_t len = 0;

	for (int i = 0; i < argc && len < sizeof(run->command_line); i++)
		len += snprintf(run->command_line + len, sizeof(run->command_line) - len, "%s%s",
				i ? " " : "", argv[i]);
	uname(&run->host);
	run->info = (struct run_info) {
		.version = XT_VERSION,
		.command_line = run->command_line,
		.host = run->host.nodename,
		.kernel = run->host.release,
	};
}

static int write_part(struct run *run, enum sink_part part, const struct snapshot *snap)
{
	struct ledger *ledger = NULL;
	struct report report = {
		.run = &run->info,
		.platform = run->platform,
		.snap = snap,
		.series = run->series,
		.interval_no = run->intervals,
		.timestamps = run->options.view.timestamps,
		.verbose = run->options.out.verbose,
		.slower_ns = run->options.view.slower_ns,
		.per_vcpu = run->options.view.per_vcpu,
	};
	int err;

	if (snap) {
		err = ledger__build(&ledger, snap, run->platform);
		if (err)
			return err;
		report.ledger = ledger;
		if (part == SINK_TOTAL)
			run->incomplete = ledger->quality.incomplete;
	}
	signals__let_through();
	err = sinks__write(&run->options.sinks, part, &report);
	signals__keep();
	ledger__free(ledger);
	return err;
}

/* What came since the last interval; those that nobody asked for are drawn only. */
static int write_interval(struct run *run)
{
	struct snapshot now, delta;
	int err = tracer__snapshot(run->tracer, &now);

	if (err)
		return err;
	err = snapshot__delta(&delta, &now, run->has_last ? &run->last : NULL);
	if (err) {
		snapshot__free(&now);
		return err;
	}
	if (run->series)
		err = series__add(run->series, &delta);
	if (!err && run->options.interval) {
		run->intervals++;
		err = write_part(run, SINK_INTERVAL, &delta);
	}
	snapshot__free(&delta);
	if (run->has_last)
		snapshot__free(&run->last);
	run->last = now;
	run->has_last = true;
	return err;
}

/* What came after the last interval: with it the series adds up to the whole. */
static int end_series(struct run *run, const struct snapshot *snap)
{
	struct snapshot rest;
	int err = snapshot__delta(&rest, snap, run->has_last ? &run->last : NULL);

	if (err)
		return err;
	err = series__add(run->series, &rest);
	snapshot__free(&rest);
	return err;
}

static int write_total(struct run *run, bool is_end)
{
	struct snapshot snap;
	int err = tracer__snapshot(run->tracer, &snap);

	if (err)
		return err;
	if (run->series && is_end)
		err = end_series(run, &snap);
	if (!err)
		err = write_part(run, SINK_TOTAL, &snap);
	snapshot__free(&snap);
	return err;
}

/* In s; 0: none. */
static double interval(const struct run *run)
{
	if (run->options.interval || !run->series)
		return run->options.interval;
	return SERIES_INTERVAL;
}

static bool ends(int signal)
{
	return signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
}

/*
 * An interval is over. What kept us from running (a pause, a suspend, SIGSTOP) made it longer: it is one,
 * told by its times, and the next one ends where the grid has it.
 */
static int end_interval(struct run *run, uint64_t *next, uint64_t step)
{
	uint64_t now = clock__monotonic_ns();

	*next += (1 + (now - *next) / step) * step;
	return write_interval(run);
}

/* Intervals until the time, the count or a signal ends the trace. */
static int loop(struct run *run)
{
	const struct trace_options *options = &run->options;
	const uint64_t start = clock__monotonic_ns(), never = ~0ull;
	const uint64_t step = interval(run) * NS_PER_S;
	uint64_t end = options->duration ? start + (uint64_t)(options->duration * NS_PER_S) : never;
	uint64_t next = step ? start + step : never;
	int err = 0, sig;
	uint64_t until;

	while (!err && (!options->count || run->intervals < options->count)) {
		until = clock__monotonic_ns() + TICK_NS;
		until = until < next ? until : next;
		sig = signals__wait(until < end ? until : end);
		if (ends(sig))
			break;
		if (sig == SIGUSR1) {
			err = write_total(run, false);
			continue;
		}
		if (clock__monotonic_ns() >= next)
			err = end_interval(run, &next, step);
		else
			tracer__tick(run->tracer);
		/* an interval that ends with the trace is one of it */
		if (clock__monotonic_ns() >= end && next > end)
			break;
	}
	return err;
}

/* Loading and attaching take seconds in a slow guest: who looks on a terminal is told. */
static void say_attaching(void)
{
	if (isatty(STDERR_FILENO))
		fputs("Attaching...\n", stderr);
}

static void say_ready(const struct run *run)
{
	if (run->options.ready_fd >= 0 && dprintf(run->options.ready_fd, "ready\n") < 0)
		elog("--ready-fd %d: %s", run->options.ready_fd, strerror(errno));
	fprintf(stderr,
		run->options.duration ? "Tracing for %g s... Ctrl-C to end\n"
				      : "Tracing... Ctrl-C to end\n",
		run->options.duration);
}

static int find_disks(struct run *run, const char **names)
{
	for (unsigned int i = 0; run->options.disks[i]; i++) {
		if (resolve__disk(run->platform, run->options.disks[i], names, NAMES_MAX))
			return EXIT_USAGE;
	}
	return EXIT_DONE;
}

static int find_nics(const struct run *run)
{
	const struct platform *platform = run->platform;

	for (const char *const *name = run->options.nics; *name; name++) {
		size_t i = 0;

		while (i < platform->nr_nics && strcmp(platform->nics[i].name, *name))
			i++;
		if (i < platform->nr_nics)
			continue;
		elog("no NIC '%s' here: only interfaces with a device below them are traced",
		     *name);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* Everything before the first event: a wrong disk or file is said before anything is loaded. */
static int prepare(struct run *run)
{
	struct trace_options *options = &run->options;
	const char *disks[NAMES_MAX + 1] = {}, *why;
	struct tracer_options wanted = {};
	struct sinks_use use = { .live = true };
	int err;

	err = platform__read(&run->platform, "/");
	if (err) {
		elog("cannot read this machine's /sys and /proc: %s",
		     shortage__is(err) ? shortage__why(err) : strerror(-err));
		return EXIT_RUNTIME;
	}
	err = find_disks(run, disks);
	if (!err)
		err = find_nics(run);
	if (err)
		return err;
	use.intervals = options->interval > 0;
	signals__let_through();
	err = sinks__open(&options->sinks, &use);
	signals__keep();
	if (err)
		return err == -EINVAL ? EXIT_USAGE : EXIT_RUNTIME;
	if (sinks__want_series(&options->sinks) &&
	    series__new(&run->series, SERIES_STEPS, SERIES_BYTES)) {
		elog("out of memory");
		return EXIT_RUNTIME;
	}
	wanted.wanted.disks = disks[0] ? disks : NULL;
	wanted.wanted.nics = options->nics[0] ? options->nics : NULL;
	wanted.every = options->every;
	wanted.slower_ns = options->view.slower_ns;
	wanted.exact = options->exact;
	wanted.exact_all = options->exact_all;
	wanted.families = options->families[0] ? options->families : NULL;
	say_attaching();
	err = tracer__new(&run->tracer, run->platform, &wanted, &why);
	if (err) {
		elog("%s", why);
		if (err == -ENODEV)
			return EXIT_NOTHING;
		if (err == -E2BIG)
			return EXIT_USAGE;
		return err == -EPERM || err == -ENOENT ? EXIT_PRIVILEGE : EXIT_RUNTIME;
	}
	return EXIT_DONE;
}

/* A reader that went away wanted no more: no error. */
static int exit_code(const struct run *run, int err)
{
	if (err && err != -EPIPE)
		return EXIT_RUNTIME;
	return run->incomplete && run->options.out.strict ? EXIT_INCOMPLETE : EXIT_DONE;
}

static int trace(struct run *run)
{
	int err, total, closed;

	run->info.wall_start_ns = clock__ns(CLOCK_REALTIME);
	err = write_part(run, SINK_HEADER, NULL);
	if (!err) {
		tracer__start(run->tracer);
		say_ready(run);
		err = loop(run);
		tracer__stop(run->tracer);
	}
	/* a reader that went away is one output less; the others get their end */
	if (!err || err == -EPIPE) {
		total = write_total(run, true);
		if (!err || total != -EPIPE)
			err = total ? total : err;
	}
	if (err == -ENOMEM)
		elog("out of memory");
	signals__let_through();
	closed = sinks__close(&run->options.sinks);
	signals__keep();
	return exit_code(run, err && err != -EPIPE ? err : closed);
}

static int run_trace(bool record, int argc, char **argv)
{
	struct run run = {};
	int code, err;

	describe(&run, argc, argv);
	trace_options__parse(&run.options, record, argc, argv);
	err = signals__open();
	if (err) {
		elog("cannot wait for signals: %s", strerror(-err));
		return EXIT_RUNTIME;
	}
	code = prepare(&run);
	if (code == EXIT_DONE)
		code = trace(&run);
	else
		sinks__close(&run.options.sinks);
	if (run.has_last)
		snapshot__free(&run.last);
	series__free(run.series);
	tracer__free(run.tracer);
	platform__free(run.platform);
	free(run.options.family_text);
	return code;
}

int cmd_trace(int argc, char **argv)
{
	return run_trace(false, argc, argv);
}

int cmd_record(int argc, char **argv)
{
	argv[0] = (char *)"xentrace-bpf record";
	return run_trace(true, argc, argv);
}
