// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A run of this guest: who is traced, from when to when, and at what times it is read. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "run/command.h"
#include "run/rights.h"
#include "run/run.h"
#include "run/signals.h"

#define NS_PER_S 1000000000.0
#define TICK_NS	 1000000000ull /* between readings of the vCPUs' times */
#define NEVER	 (~0ull)
/* s; of a run without an INTERVAL whose output draws its course */
#define COURSE_INTERVAL 1
/* s; of a run that is exported: over such a while its findings are */
#define FINDINGS_INTERVAL 60
#define DISKS_MAX	  256

struct live {
	struct source source;
	const struct live_options *options;
	struct run_info info;
	struct utsname host;
	struct platform *platform;
	struct cgroups cgroups;	      /* where owners are cgroups */
	struct tracer_options wanted; /* the options', with whose requests those are */
	struct tracer *tracer;
	struct command *command; /* NULL: none */

	bool begun, stopped, ended, hurried;
	uint64_t step; /* ns; 0: no intervals */
	uint64_t next; /* CLOCK_MONOTONIC ns: when the interval ends, and the trace */
	uint64_t end;
	uint64_t exported; /* when the whole was read for the exporter */
	unsigned int intervals;
	struct snapshot last; /* at the end of the last interval */
	bool has_last;
	struct snapshot given; /* the part that was taken last */
};

/* A device file's number, or the number of the file system that a path is on. */
static int find_device(const char *what, dev_t *dev)
{
	static const char *const places[] = { "", "/dev/", "/dev/mapper/" };
	char path[PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < LENGTH(places); i++) {
		if (i == 0 && !strchr(what, '/'))
			continue; /* a bare name is a device's, not a file's here */
		STR_SET(path, "%s%s", places[i], what);
		if (stat(path, &st))
			continue;
		*dev = S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev;
		return 0;
	}
	return -ENOENT;
}

/* Add the leaf disks behind `what`. Returns 0, or a negative errno after a message. */
static int resolve_disk(const struct platform *platform, const char *what, const char **names,
			size_t *nr)
{
	const char *name = strncmp(what, "/dev/", 5) ? what : what + 5;
	char link[PATH_MAX];
	dev_t dev;
	int err = find_device(what, &dev);

	if (!err) {
		STR_SET(link, "sys/dev/block/%u:%u", major(dev), minor(dev));
		err = platform__leaves(platform, "/", link, names, nr, DISKS_MAX);
	}
	/* also where there is no such file in /dev, as in a service that has a /dev of its own */
	if (err && err != -E2BIG) {
		STR_SET(link, "sys/class/block/%s", name);
		err = platform__leaves(platform, "/", link, names, nr, DISKS_MAX);
	}
	if (err == -E2BIG)
		elog("more than %d disks", DISKS_MAX);
	else if (err)
		elog("no disk behind '%s': name a device, a mount point or a dm name (see detect)",
		     what);
	return err;
}

static void describe(struct live *live)
{
	uname(&live->host);
	live->info = (struct run_info) {
		.version = XT_VERSION,
		.command_line = live->options->command_line,
		.host = live->host.nodename,
		.kernel = live->host.release,
	};
}

/* What came since the last interval. */
static int give_interval(struct live *live, struct run_part *part)
{
	struct snapshot now;
	int err = tracer__snapshot(live->tracer, &now);

	if (err)
		return err;
	err = snapshot__delta(&live->given, &now, live->has_last ? &live->last : NULL);
	if (err) {
		snapshot__free(&now);
		return err;
	}
	if (live->source.all_intervals)
		tracer__forget(live->tracer, now.end_ns);
	if (live->has_last)
		snapshot__free(&live->last);
	live->last = now;
	live->has_last = true;
	part->kind = SINK_INTERVAL;
	part->unasked = !live->options->interval;
	if (!part->unasked)
		live->intervals++;
	return 0;
}

/*
 * An interval is over. What kept us from running (a pause, a suspend, SIGSTOP) made it longer: it
 * is one, told by its times, and the next one ends where the grid has it.
 */
static int end_interval(struct live *live, struct run_part *part)
{
	uint64_t now = clock__monotonic_ns();

	live->next += (1 + (now - live->next) / live->step) * live->step;
	return give_interval(live, part);
}

static int give_total(struct live *live, struct run_part *part)
{
	part->kind = SINK_TOTAL;
	part->last = live->ended;
	return tracer__snapshot(live->tracer, &live->given);
}

/* For the exporter; without what is of devices that have gone. */
static int give_whole(struct live *live, struct run_part *part)
{
	platform__note_gone(live->platform, "/");
	live->exported = clock__monotonic_ns();
	part->kind = SINK_READING;
	return tracer__snapshot(live->tracer, &live->given);
}

/*
 * When that is: for whoever asks after a pause, else after a while. *also is the descriptor that tells
 * earlier; -1 where somebody asks already, who would keep us awake.
 */
static uint64_t export_time(const struct live *live, int *also)
{
	const struct live_options *options = live->options;
	struct pollfd asks = { .fd = live->source.asks, .events = POLLIN };
	bool asked = poll(&asks, 1, 0) > 0;
	double after = asked ? options->export_pause : options->export_every;

	*also = asked ? -1 : asks.fd;
	return asked || after ? live->exported + (uint64_t)(after * NS_PER_S) : NEVER;
}

static uint64_t earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void stop(struct live *live)
{
	if (live->begun)
		tracer__stop(live->tracer);
	live->stopped = true;
}

static int finish(struct live *live, struct run_part *part)
{
	live->ended = true;
	return give_total(live, part);
}

/* An interval that ends with the trace is one of it. */
static bool is_over(const struct live *live)
{
	const struct live_options *options = live->options;

	return live->hurried || (options->count && live->intervals >= options->count) ||
	       (clock__monotonic_ns() >= live->end && live->next > live->end);
}

static bool ends(int signal)
{
	return signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
}

/* Does it end the trace? What ends a command is the command's, whose end it is then. */
static bool take_signal(struct live *live, int signal)
{
	if (!live->command || command__is_over(live->command))
		return live->command || ends(signal);
	if (ends(signal))
		command__pass(live->command, signal);
	return false;
}

/* Until there is something to give: an interval, what a signal asks for, or the whole. */
static int wait_for_part(struct live *live, struct run_part *part)
{
	uint64_t until, export;
	int sig, also;

	while (!is_over(live)) {
		export = export_time(live, &also);
		until = earliest(clock__monotonic_ns() + TICK_NS, export);
		sig = signals__wait(earliest(until, earliest(live->next, live->end)), also);
		if (sig && take_signal(live, sig))
			break;
		if (sig == SIGUSR1)
			return give_total(live, part);
		if (clock__monotonic_ns() >= export)
			return give_whole(live, part);
		if (clock__monotonic_ns() >= live->next)
			return end_interval(live, part);
		tracer__tick(live->tracer);
	}
	stop(live);
	return live->source.all_intervals ? give_interval(live, part) : finish(live, part);
}

static void say_ready(const struct live_options *options)
{
	if (options->ready_fd >= 0 && dprintf(options->ready_fd, "ready\n") < 0)
		elog("--ready-fd %d: %s", options->ready_fd, strerror(errno));
	/* as time(1), nothing but the command's own words until its end */
	if (options->command || options->quiet)
		return;
	fprintf(stderr,
		options->duration ? "Tracing for %g s... Ctrl-C to end\n"
				  : "Tracing... Ctrl-C to end\n",
		options->duration);
}

/* Returns 0, or -ECANCELED where the command has ended before it began. */
static int begin(struct live *live)
{
	const struct live_options *options = live->options;
	double interval = options->interval;
	uint64_t now;

	if (!interval && live->source.exports)
		interval = FINDINGS_INTERVAL;
	else if (!interval && live->source.draws_course)
		interval = COURSE_INTERVAL;
	tracer__start(live->tracer);
	live->begun = true;
	say_ready(options);
	now = clock__monotonic_ns();
	live->step = interval * NS_PER_S;
	live->next = live->step ? now + live->step : NEVER;
	live->end = options->duration ? now + (uint64_t)(options->duration * NS_PER_S) : NEVER;
	return !live->command || command__start(live->command) ? 0 : -ECANCELED;
}

static int live__next(struct source *source, struct run_part *part)
{
	struct live *live = (struct live *)source;
	int err = 0;

	snapshot__free(&live->given);
	if (live->ended)
		return 0;
	if (!live->begun && !live->hurried)
		err = begin(live);
	if (!err)
		err = live->stopped ? finish(live, part) : wait_for_part(live, part);
	part->snap = &live->given;
	part->interval_no = live->intervals;
	return err ? err : 1;
}

static void live__hurry(struct source *source)
{
	((struct live *)source)->hurried = true;
}

static void live__raise(struct source *source, double max_overhead)
{
	struct live *live = (struct live *)source;
	const double own = live->options->tracer.wanted.max_overhead;

	/* a budget of 0 is none: all is followed already */
	if (own > 0)
		tracer__allow(live->tracer, max_overhead > own ? max_overhead : own);
}

/* Loading and attaching take seconds in a slow guest: who looks on a terminal is told. */
static void say_attaching(void)
{
	if (isatty(STDERR_FILENO))
		fputs("Attaching...\n", stderr);
}

static int find_disks(const struct live *live, const char **names)
{
	size_t nr = 0;

	for (const char *const *disk = live->options->disks; *disk; disk++)
		if (resolve_disk(live->platform, *disk, names, &nr))
			return EXIT_USAGE;
	return EXIT_DONE;
}

static int find_nics(struct live *live)
{
	for (const char *const *name = live->options->nics; *name; name++) {
		int err = platform__nic(live->platform, *name)
				  ? 0
				  : platform__add_nic(live->platform, "/", *name);

		if (!err)
			continue;
		elog("no NIC '%s' here%s%s", *name, err == -ENOENT ? "" : ": ",
		     err == -ENOENT ? "" : strerror(-err));
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* The control groups' hierarchy, where it is asked for. */
static int find_cgroups(struct live *live, struct wanted *wanted)
{
	struct cgroup_place place;
	int err;

	if (wanted->by != BY_CGROUP && !wanted->cgroup)
		return EXIT_DONE;
	err = cgroups__choose(&live->cgroups, "/", wanted->cgroup);
	if (err) {
		elog("%s: %s", wanted->cgroup ? "-c" : "--by cgroup",
		     err == -ENOENT ? "no control groups are mounted here (cgroup2, or cgroup with "
				      "blkio)"
				    : strerror(-err));
		return EXIT_PRIVILEGE;
	}
	wanted->cgroups = &live->cgroups;
	if (!wanted->cgroup)
		return EXIT_DONE;
	err = cgroups__find(&live->cgroups, "/", wanted->cgroup, &place);
	if (err == -ENOTUNIQ) {
		elog("-c %s: several control groups have this name: say the path of one",
		     wanted->cgroup);
		return EXIT_USAGE;
	}
	if (err)
		elog("-c %s: there is no such control group in %s now; one that is made later is "
		     "traced",
		     wanted->cgroup, live->cgroups.mount);
	STR_SET(wanted->only, "control group %s",
		err	      ? wanted->cgroup
		: *place.path ? place.path
			      : "/");
	return EXIT_DONE;
}

/* The whole process, of which a thread may have been named. */
static int find_process(struct wanted *wanted)
{
	char path[64], line[128], name[32] = "?";
	unsigned int process = 0;
	FILE *file;

	if (!wanted->pid)
		return EXIT_DONE;
	STR_SET(path, "/proc/%u/status", wanted->pid);
	file = fopen(path, "re");
	while (file && !process && fgets(line, sizeof(line), file)) {
		sscanf(line, "Name: %31s", name);
		sscanf(line, "Tgid: %u", &process);
	}
	if (file)
		fclose(file);
	if (!process) {
		elog("-p %u: no such process", wanted->pid);
		return EXIT_USAGE;
	}
	wanted->pid = process;
	STR_SET(wanted->only, "process %u (%s)", process, name);
	return EXIT_DONE;
}

static int find_owners(struct live *live)
{
	int code = find_process(&live->wanted.wanted);

	return code ? code : find_cgroups(live, &live->wanted.wanted);
}

static int attach(struct live *live, const char *const *disks)
{
	const struct live_options *options = live->options;
	struct tracer_options wanted = live->wanted;
	const char *why;
	int err;

	wanted.wanted.disks = *disks ? disks : NULL;
	wanted.wanted.nics = *options->nics ? options->nics : NULL;
	if (!options->quiet)
		say_attaching();
	err = tracer__new(&live->tracer, live->platform, &wanted, &why);
	if (!err)
		return EXIT_DONE;
	elog("%s", why);
	switch (err) {
	case -ENODEV:
		return EXIT_NOTHING;
	case -E2BIG:
		return EXIT_USAGE;
	case -EPERM:
	case -ENOENT:
		return EXIT_PRIVILEGE;
	default:
		return EXIT_RUNTIME;
	}
}

/* Everything before the first event: a wrong disk or file is said before anything is loaded. */
static int prepare(struct live *live, struct run *run)
{
	const struct sinks_use use = { .live = true, .intervals = live->options->interval > 0 };
	const char *disks[DISKS_MAX + 1] = {};
	int code, err = platform__read(&live->platform, "/");

	if (err) {
		elog("cannot read this machine's /sys and /proc: %s", tracer__error(err));
		return EXIT_RUNTIME;
	}
	code = find_disks(live, disks);
	if (!code)
		code = find_nics(live);
	if (!code)
		code = find_owners(live);
	if (!code)
		code = run__open(run, &use);
	return code ? code : attach(live, disks);
}

static int trace(struct live *live, struct run *run)
{
	int code = prepare(live, run);

	if (code) {
		run__close(run);
		return code;
	}
	if (rights__trace(run, live->tracer, live->command)) {
		run__close(run);
		return EXIT_RUNTIME;
	}
	live->info.wall_start_ns = clock__ns(CLOCK_REALTIME);
	run->report.run = &live->info;
	run->report.platform = live->platform;
	return run__follow(run);
}

int live__run(struct run *run, const struct live_options *options)
{
	struct live live = {
		.source = { .next = live__next, .hurry = live__hurry, .raise = live__raise },
		.options = options,
		.wanted = options->tracer,
	};
	int err,
		code = options->command ? command__new(&live.command, options->command) : EXIT_DONE;

	if (code)
		return code;
	err = signals__open();
	signals__for_command(live.command);
	describe(&live);
	run->source = &live.source;
	if (err) {
		elog("cannot wait for signals: %s", strerror(-err));
		code = EXIT_RUNTIME;
	} else {
		code = trace(&live, run);
	}
	if (live.command)
		code = command__end(live.command, code);
	snapshot__free(&live.given);
	snapshot__free(&live.last);
	tracer__free(live.tracer);
	platform__free(live.platform);
	return code;
}
