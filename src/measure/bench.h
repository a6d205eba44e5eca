/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Timing operations in batches: the loops of the price list, and of what the tracer costs. */
#ifndef XT_MEASURE_BENCH_H
#define XT_MEASURE_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "model/statistics.h"

/* A batch of n operations. False: they were not what they should have been, and do not count. */
typedef bool bench_fn(void *ctx, unsigned int n);

/* clock_gettime(), of the clockid_t that ctx points to. */
bench_fn bench__read_clock;
/* Does that read the clock without the kernel? 1 yes, 0 no, or a negative errno. */
int bench__clock_in_vdso(void);

/* ns of each of `nr` batches, by the clock of the kernel. */
void bench__times(uint64_t *ns, unsigned int nr, bench_fn *run, void *ctx, unsigned int n);
/*
 * Of these the one that was not disturbed: an eighth took no longer. Interrupts and a vCPU taken
 * away only add, but the smallest is not it either: a paravirtual clock that went back a little
 * stands still for as long, and a run takes no time at all. Sorts them.
 */
uint64_t bench__undisturbed(uint64_t *ns, unsigned int nr);
/* Of these the one in the middle: what is usual while others are at work. Sorts them. */
uint64_t bench__median(uint64_t *ns, unsigned int nr);

/*
 * The price list's stopwatch is this CPU's TSC: the kernel's clock is one of the things on the
 * list, may cost an exit, and stands still on a CPU whose pvclock is behind another's (last_value
 * in arch/x86/kernel/pvclock.c). Batches are too long for the order of instructions to matter.
 */
struct stopwatch {
	double ns_per_tick;
	uint64_t batch_ticks; /* a shorter batch would measure the stopwatch itself */
};

/* How fast it is, in 20 ms. The caller stays on one CPU. */
void stopwatch__init(struct stopwatch *stopwatch);

struct bench {
	bench_fn *run;
	unsigned int most; /* operations in a batch */
	/* around each batch, untimed; may be NULL. False: the batch does not count. */
	bool (*before)(void *ctx), (*after)(void *ctx);
	bool double_run; /* each is two of what has the price */
};

/* Returns NULL and the price's figures, or why there are none. */
const char *bench__price(const struct bench *bench, const struct stopwatch *stopwatch, void *ctx,
			 struct price *price);

#endif
