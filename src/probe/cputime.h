/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* vCPU time: Xen's runstate where there is one, and /proc/stat. */
#ifndef XT_PROBE_CPUTIME_H
#define XT_PROBE_CPUTIME_H

#include "model/snapshot.h"
#include "probe/layout.h"

struct cputime {
	unsigned int possible;
	int runstate_fd; /* the program that reads a vCPU's own runstate; negative: none */
	bool started;
	bool runstate;	/* some vCPU answered at the start */
	uint64_t at_ns; /* CLOCK_MONOTONIC: the last reading */
	struct vcpu_reading *last, *spare;
	struct vcpu_time *vcpus; /* by CPU number: since the start */
};

/* Room for `possible` CPUs; returns 0 or -ENOMEM. Freed with cputime__free(). */
int cputime__init(struct cputime *time, unsigned int possible);
void cputime__free(struct cputime *time);

/*
 * Begin; then, once a second, add what passed since the last reading. The program runs once on each
 * online CPU. When a vCPU is unplugged, its time since the last reading is lost.
 */
void cputime__start(struct cputime *time, const struct layout *layout);
void cputime__advance(struct cputime *time, const struct layout *layout);

/* What was added up, for a snapshot that owns the copy: 0 or -ENOMEM. */
int cputime__copy(const struct cputime *time, struct snapshot *snap, bool steal_measured);

#endif
