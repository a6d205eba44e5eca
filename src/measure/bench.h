/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the measurements of this room share; nobody else sees it. */
#ifndef XT_MEASURE_BENCH_H
#define XT_MEASURE_BENCH_H

#include <pthread.h>
#include <stdint.h>

#include "model/statistics.h"
#include "platform/platform.h"

struct bench {
	const struct platform *platform;
	int cpu;   /* we are pinned to it */
	int other; /* another one that we may use; -1: none */
	double ns_per_tick;
	uint64_t batch_ticks; /* a shorter batch would measure our own stopwatch */
};

/*
 * The stopwatch is this CPU's TSC: the kernel's clock is one of the things on the list, may cost an
 * exit, and stands still on a CPU whose pvclock is behind another's (last_value in
 * arch/x86/kernel/pvclock.c). Batches are too long for the order of instructions to matter.
 */
static inline uint64_t ticks(void)
{
	return __builtin_ia32_rdtsc();
}

/*
 * Times n operations: ticks, or 0 if they were not what they should have been, and do not count.
 * Each does so itself, so that what has to be put back in between stays out of it.
 */
typedef uint64_t batch_fn(void *ctx, unsigned int n);

/* Returns NULL and the price's figures, or why there are none. A batch has at most `most` runs. */
const char *bench__run(const struct bench *bench, struct price *price, batch_fn *batch, void *ctx,
		       unsigned int most);
/* Start a thread on this CPU. Returns 0 or a positive error number, as pthread_create(). */
int bench__thread(pthread_t *thread, int cpu, void *(*body)(void *), void *ctx);

/* Each measures one price: NULL, or why it cannot. It may put a more exact name and how. */
typedef const char *measure_fn(struct price *price, const struct bench *bench);

measure_fn measure__cpuid, measure__hypercall, measure__port_61, measure__port_3ff;
measure_fn measure__clock, measure__clock_coarse, measure__clock_syscall, measure__tsc;
measure_fn measure__self_ipi, measure__ipi, measure__wakeup, measure__switch;
measure_fn measure__syscall, measure__fault, measure__fork;

#endif
