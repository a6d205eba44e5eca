/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A run: what is measured in this guest, or was measured and recorded. A source gives its parts,
 * one after the other; run__follow() makes the books of each and hands it to the outputs. It does
 * not know which source it has: so a report from a recording is what the live run printed.
 */
#ifndef XT_RUN_RUN_H
#define XT_RUN_RUN_H

#include <stdbool.h>

#include "base/moment.h"
#include "model/diff.h"
#include "output/diff.h"
#include "probe/tracer.h"
#include "recording/recording.h"
#include "run/exporter.h"
#include "run/sinks.h"

/* What a source gives: an interval's difference, or the whole so far. */
struct run_part {
	enum sink_part kind;	     /* SINK_INTERVAL, SINK_READING or SINK_TOTAL */
	const struct snapshot *snap; /* the source's, until the next part */
	unsigned int interval_no;    /* of a total: how many there were */
	bool unasked; /* an interval for the course or the exporter, shown by no output */
	bool last;    /* nothing comes behind it */
};

struct source {
	/*
	 * The next part; the first call begins the run. Returns 1 for a part, 0 at the end,
	 * -ENOMEM, or another negative errno after a message.
	 */
	int (*next)(struct source *source, struct run_part *part);
	/* Nobody reads standard output any more. NULL: that is no reason to end. */
	void (*hurry)(struct source *source);
	/* This is the budget, if it is more than the run's own, until 0 is said. NULL: there is none. */
	void (*raise)(struct source *source, double max_overhead);

	/* Set before the first part. */
	bool shows_intervals; /* some output has them */
	bool draws_course;    /* some output draws how the run went, for which it needs intervals */
	bool exports;	      /* there is an exporter, */
	int asks; /* and its descriptor: while it is readable somebody wants the whole so far; -1: none */
	/* intervals are all that is wanted: what comes after the last one is one, too, and each has
	 * its own slowest requests */
	bool all_intervals;
};

struct ring;
struct watch;

struct run {
	struct source *source;
	struct sinks *sinks;
	struct exporter *exporter; /* NULL: none; the caller's */
	struct ring *ring;	   /* the intervals are recorded there, too; NULL: none */
	struct watch *watch;	   /* and held against its conditions; NULL: none */
	/* What is the same in every part: the run, its platform, and how they are shown. */
	struct report report;
	bool strict;	 /* incomplete data is an exit code of its own */
	bool damaged;	 /* the recording has lost its end, or more */
	bool incomplete; /* the whole had lost more than a report may */
	struct series *course;
};

/*
 * Open the outputs, of which the names are known by now: a wrong one costs no trace. Returns an
 * exit code; what it is not EXIT_DONE for is said.
 */
int run__open(struct run *run, const struct sinks_use *use);
/* All parts to all outputs, from the header to the end. Returns an exit code. */
int run__follow(struct run *run);
/* Close the outputs; what is not whole by now is dropped. Returns 0 or a negative errno. */
int run__close(struct run *run);

/* This guest, from now on. */
struct live_options {
	const char *command_line;
	double duration;    /* s; 0: until a signal */
	double interval;    /* s; 0: only the total */
	unsigned int count; /* intervals; 0: no limit */
	int ready_fd;	    /* gets a line once the programs are attached; -1: none */
	bool quiet;	    /* nothing is said of how it goes: a view shows it */
	char **command;	    /* NULL-ended: traced for its life; NULL: none */
	/* s, of a run with an exporter: the whole so far at most, and at least, so often; 0: never */
	double export_pause, export_every;
	/* NULL-ended, as the user gave them: device, mount point, dm name; empty: all */
	const char *const *disks;
	const char *const *nics;      /* the same */
	struct tracer_options tracer; /* disks and NICs apart */
};

/*
 * Trace it. `run` has its outputs; the rest is filled in. Returns an exit code: of a command that
 * was run its own, if that is not 0.
 */
int live__run(struct run *run, const struct live_options *options);

/*
 * A recording, or what a folder of them (run/folder.h) or one has of a span of time: as one run, and
 * of intervals that are shown or drawn each.
 */
struct replay;

/* `name` is kept. Returns 0, or a negative errno after a message that names the file. */
int replay__new(struct replay **out, const char *name, const struct span *span);
void replay__free(struct replay *replay);
struct source *replay__source(struct replay *replay);
/* As long as the replay. */
const struct recording_header *replay__header(const struct replay *replay);
const struct platform *replay__platform(const struct replay *replay); /* NULL: not recorded */
/* Returns 0, or a negative errno after a message. */
int replay__intervals(struct replay *replay, unsigned int *nr);
/*
 * The whole of the run, its last total, in a zeroed snapshot that the caller frees. Returns 0, or a
 * negative errno.
 */
int replay__total(struct replay *replay, struct snapshot *total);
/* Has it lost its end, or more? That was said when it was opened. */
bool replay__is_damaged(const struct replay *replay);
/*
 * Interval `nr`, from 1 on, wherever the last one was; of a recording without intervals its whole.
 * Returns 0 and *part, or a negative errno after a message that names the file.
 */
int replay__interval(struct replay *replay, unsigned int nr, struct run_part *part);
/* Which file it is. */
const struct stat *replay__stat(const struct replay *replay);

/* The live view (output/top.h). Each returns an exit code. */
struct top_options {
	bool color;
	const char *file;		 /* a recording; NULL: this guest, */
	const struct live_options *live; /* from now on */
};

/* `run` has its other outputs. */
int top__run(struct run *run, const struct top_options *options);

/* Two recordings. */
struct comparison {
	const char *file[DIFF_SIDES];
	struct span span[DIFF_SIDES];
	const char *to; /* "-": standard output */
	const struct output *output;
	mode_t mode; /* of the file; 0: none was asked for */
	bool verbose, strict;
};

/* Compare them. Returns an exit code. */
int compare__run(const struct comparison *comparison);

/* A recording, and lists of prices: what its load would cost in other modes. */
#define ADVICE_LISTS 16

struct advice {
	const char *file;
	const char *list[ADVICE_LISTS];
	unsigned int nr_lists;
	bool json, strict;
};

/* Print it. Returns an exit code. */
int advice__run(const struct advice *advice);

/* A guest's recording and one of its dom0: both ends of its disks' rings. */
struct joining {
	const char *guest, *dom0;
	unsigned int domain; /* 0: as the recordings say it */
	const char *to;	     /* "-": standard output */
	/* text and json say how both are joined; others are the guest's run with the leg divided */
	const struct output *output;
	mode_t mode; /* of the file; 0: none was asked for */
	bool verbose, strict;
};

/* Print it. Returns an exit code. */
int joiner__run(const struct joining *asked);

/* Xen's records (xentrace/) beside a recording of a guest of that Xen; or these alone. */
struct importing {
	const char *trace;
	const char *file; /* NULL: print the records */
	bool domain_is_said;
	unsigned int domain;
	uint64_t tsc_khz; /* 0: as the recording says it */
	bool json, strict;
};

/* Print it. Returns an exit code. */
int importer__run(const struct importing *asked);

#endif
