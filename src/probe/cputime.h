/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* vCPU time: Xen's runstate where there is one, else /proc/stat. */
#ifndef XT_PROBE_CPUTIME_H
#define XT_PROBE_CPUTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "model/snapshot.h"
#include "probe/maps.h"

/* A vCPU's runstate, ns since it was made: running, runnable, blocked, offline. */
struct vcpu_reading {
	bool answered; /* online, and registered with Xen */
	uint64_t ns[4];
};

/* One reading, cumulative since boot. */
struct cpu_reading {
	uint64_t at_ns; /* CLOCK_MONOTONIC */
	unsigned int online, possible;
	uint64_t stat_idle_ns, stat_steal_ns; /* in ticks of USER_HZ: 10 ms */
	struct vcpu_reading *vcpus;	      /* by CPU number */
};

/* Room for `possible` CPUs; returns 0 or -ENOMEM. Freed with cputime__free(). */
int cputime__init(struct cpu_reading *reading, unsigned int possible);
void cputime__free(struct cpu_reading *reading);

/*
 * Read them now. `runstate_fd` is the program that reads a vCPU's own runstate, run once on each
 * online CPU; negative where there is none.
 */
void cputime__read(struct cpu_reading *reading, const struct maps *maps, int runstate_fd);

/*
 * The time between two readings. With runstate it is that of the vCPUs that answered in both: one
 * that came or went in between is in none of its sums. `steal_measured`: the platform says that
 * /proc/stat's steal means something.
 */
void cputime__between(struct cpu_time *cpu, const struct cpu_reading *first,
		      const struct cpu_reading *last, bool steal_measured);

#endif
