/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What diff.c, diff_match.c and diff_judge.c share while two runs are compared; nobody else sees it. */
#ifndef XT_MODEL_DIFF_PARTS_H
#define XT_MODEL_DIFF_PARTS_H

#include "model/diff.h"

struct diff_batch {
	uint64_t count, ns;
	double p99; /* 0: too few events */
};

/* Paths that are compared as one: without interrupt numbers and the vCPUs' numbers of timers. */
struct diff_path {
	struct path_key key;
	struct hist now, whole; /* of the batch, of the run */
	struct diff_batch batches[DIFF_BATCHES];
};

struct diff_side_data {
	const struct platform *platform;
	struct diff_path *paths;
	size_t nr_paths, room;
	unsigned int expected, intervals, batches;
	unsigned int batch; /* the one that intervals are added to */
	uint64_t elapsed_ns, batch_ns[DIFF_BATCHES];
};

struct differ {
	struct diff_side_data sides[DIFF_SIDES];
};

/* The same path on both sides; NULL where it is not there. */
struct diff_pair {
	const struct diff_path *path[DIFF_SIDES];
	bool is_leg;
	double group;		   /* the time changed of the row that it is a leg of, or its own */
	const struct path_key *of; /* that row's, or its own */
};

/*
 * Where a path is counted, made if it is new; *out is NULL for one that is not compared. Returns 0 or
 * -ENOMEM.
 */
int diff_side__find(struct diff_side_data *data, const struct path *path, size_t *hint,
		    struct diff_path **out);

/* Match disks, which go to diff->disks, and paths: *pairs in their order. 0 or -ENOMEM. */
int differ__match(const struct differ *differ, struct diff *diff, struct diff_pair **pairs,
		  size_t *nr);

/*
 * Compare the batches of all pairs, which are those of diff->rows: tested, called and the noise of each
 * figure, and diff's own. Returns 0 or -ENOMEM.
 */
int differ__judge(const struct differ *differ, const struct diff_pair *pairs, struct diff *diff);

#endif
