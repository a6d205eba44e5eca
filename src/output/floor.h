/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The largest value so far of each counter that may shrink: by what two clocks are apart, by what was
 * thought lost and is found, or since it is an estimate. Of a counter that shrinks Prometheus would
 * think that it began anew, and add all of it again.
 */
#ifndef XT_OUTPUT_FLOOR_H
#define XT_OUTPUT_FLOOR_H

#include "model/snapshot.h"

#define FLOOR_LOSSES 64

struct path_floor;

/* {} at first, then the same one for each text of a run; metrics_floor__free() ends it. */
struct metrics_floor {
	uint64_t idle_ns, mech_ns[MECH_NR], held_ns, bpf_ns, user_ns, server_ns;
	uint64_t started, completed, lost;
	uint64_t losses[FLOOR_LOSSES];
	struct path_floor *paths; /* by their labels, sorted */
	size_t nr_paths;
};

void metrics_floor__free(struct metrics_floor *floor);

/* `now`, and nothing below what it was before. */
uint64_t floor__grown(uint64_t *floor, uint64_t now);
/* The same of the time of a path, told by its key; without memory it is as it is. */
uint64_t floor__path(struct metrics_floor *floor, const struct path_key *key, uint64_t now);

#endif
