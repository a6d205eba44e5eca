/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What changed between two runs, told from what changes anyway. Pure.
 *
 * The intervals of each run are put together to at most DIFF_BATCHES batches, so that what lasts
 * some seconds, a flush or a burst, is one observation of a long run and not ten. For each path
 * that both runs have, the batches' count a second, mean and p99 are compared
 * (model/statistics.h). A change is called when it is at least DIFF_SMALLEST and so unlikely to be
 * chance that all comparisons together are wrong once in 1 / DIFF_ALPHA pairs of equal runs. What
 * counts as chance is widened by how much all paths together drift within the runs.
 *
 * Runs of different modes can be compared. A disk is the same one by its name, by the other path
 * of the same disk, by where it is mounted, or by its size. Its legs are matched by name, and what
 * is behind them, the device or the backend, with each other. Interrupt numbers, and which vCPU's
 * timer it was, do not count. What only one run has was 0 times a second in the other.
 */
#ifndef XT_MODEL_DIFF_H
#define XT_MODEL_DIFF_H

#include <stdbool.h>

#include "model/snapshot.h"
#include "platform/platform.h"

#define DIFF_BATCHES	 30
#define DIFF_BATCHES_MIN 8   /* fewer tell no change from noise */
#define DIFF_P99_EVENTS	 100 /* a batch; with fewer the p99 is just the slowest one */
#define DIFF_ALPHA	 0.01
#define DIFF_SMALLEST	 0.02

enum diff_figures { DIFF_COUNTS, DIFF_TIMES, DIFF_FIGURES };
enum diff_side { DIFF_BEFORE, DIFF_AFTER, DIFF_SIDES };

/* A figure of the whole runs, and the change of it. */
struct diff_metric {
	double value[DIFF_SIDES];
	bool tested;
	bool called;
	double p; /* of chance alone; before it is corrected for their number */
	/*
	 * after / before - 1 of the batches, by the median of all pairs of them, and between which
	 * it is with 95 % confidence. One batch that is far off moves the figure of the whole run,
	 * but not this. All are 0 where there is nothing to divide.
	 */
	double shift, low, high;
};

/* One path, in the names that it has on each side; "" where it is not there. */
struct diff_row {
	enum kind kind;
	enum area area;
	bool there[DIFF_SIDES];
	enum mech mech[DIFF_SIDES];
	char device[DIFF_SIDES][48];
	char op[40];
	char leg[DIFF_SIDES][40];
	bool is_leg;			     /* part of the last row before that is none */
	double ns_per_s[DIFF_SIDES];	     /* time a second of the run */
	struct diff_metric count, mean, p99; /* a second; ns; ns */
	bool called;			     /* any of them */
};

/* A disk with different names on the two sides. */
struct diff_disk {
	char name[DIFF_SIDES][48];
	const char *by; /* "other path", "mount point", "size" */
};

struct diff {
	struct diff_row *rows; /* wait before cpu, largest change first, legs below their whole */
	size_t nr_rows;
	struct diff_disk *disks;
	size_t nr_disks;
	double elapsed_s[DIFF_SIDES];
	unsigned int intervals[DIFF_SIDES], batches[DIFF_SIDES];
	unsigned int tested, called; /* comparisons */
	double drift[DIFF_FIGURES];  /* of all paths, by drift__of_whole(); at least 1 */
};

struct diff_run {
	const struct platform *platform; /* may be NULL */
	unsigned int intervals;		 /* that will be added */
};

struct differ;

/* Returns 0 or -ENOMEM. The platforms must outlive the differ. */
int differ__new(struct differ **out, const struct diff_run runs[DIFF_SIDES]);
void differ__free(struct differ *differ);
/* The next interval of a run. Returns 0 or -ENOMEM. */
int differ__add(struct differ *differ, enum diff_side side, const struct snapshot *interval);
/* Returns 0 and *out, for diff__free(), or -ENOMEM. */
int differ__close(struct differ *differ, struct diff *out);
void diff__free(struct diff *diff);

/* after / before - 1 of the whole runs; HUGE_VAL of nothing before, 0 when there was never any. */
double diff_metric__change(const struct diff_metric *metric);
/* The change of a row's time, in ns a second. */
double diff_row__change(const struct diff_row *row);

#endif
