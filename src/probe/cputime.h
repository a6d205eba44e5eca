/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* vCPU time: Xen's runstate where there is one, else /proc/stat. */
#ifndef XT_PROBE_CPUTIME_H
#define XT_PROBE_CPUTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/maps.h"

/* One reading, cumulative since boot, summed over online CPUs; ns. */
struct cpu_reading {
	uint64_t at_ns; /* CLOCK_MONOTONIC */
	unsigned int online;
	bool has_runstate;
	uint64_t runnable_ns, blocked_ns, offline_ns;
	uint64_t stat_idle_ns, stat_steal_ns; /* in ticks of USER_HZ: 10 ms */
};

/*
 * Read them now. `runstate_fd` is the program that reads a vCPU's own runstate, run once on each
 * online CPU; negative where there is none.
 */
void cputime__read(struct cpu_reading *reading, const struct maps *maps, unsigned int possible,
		   int runstate_fd);

#endif
