// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An IPI without a wake-up: membarrier(PRIVATE_EXPEDITED) interrupts each other CPU that runs a
 * thread of this process and waits for its answer (kernel/sched/membarrier.c).
 */
#include <linux/membarrier.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "measure/bench.h"

/* Longer than a tick of another process; an emulator's CPUs may take turns as well. */
#define PATIENCE_NS 20000000ull

/* A thread that keeps its CPU busy and tells how often it was taken off it. */
struct target {
	atomic_bool end;
	atomic_ulong beats, switches;
};

static int membarrier(int command)
{
	return syscall(SYS_membarrier, command, 0, 0);
}

/* No PAUSE here: hypervisors take it for a spinning lock and exit (pause-loop exiting). */
static void *beat(void *ctx)
{
	struct target *target = ctx;
	struct rusage usage;

	while (!atomic_load(&target->end)) {
		getrusage(RUSAGE_THREAD, &usage);
		atomic_store(&target->switches, usage.ru_nvcsw + usage.ru_nivcsw);
		atomic_fetch_add(&target->beats, 1);
	}
	return NULL;
}

/* Its switches, counted since now: the beat under way may have read the number before. */
static int switches(struct target *target, unsigned long *nr)
{
	unsigned long beats = atomic_load(&target->beats);
	uint64_t until = clock__monotonic_ns() + PATIENCE_NS;

	while (atomic_load(&target->beats) - beats < 2) {
		if (clock__monotonic_ns() >= until)
			return -1;
	}
	*nr = atomic_load(&target->switches);
	return 0;
}

/* A target that was off its CPU meanwhile got no IPI: that batch does not count. */
static uint64_t barriers(void *ctx, unsigned int n)
{
	struct target *target = ctx;
	unsigned long before, after;
	uint64_t start, spent;

	if (switches(target, &before))
		return 0;
	start = ticks();
	while (n--)
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	spent = ticks() - start;
	if (switches(target, &after) || before != after)
		return 0;
	return spent;
}

/* The kernel interrupts its own CPU for irq_work, which no system call queues by itself. */
const char *measure__self_ipi(struct price *price, const struct bench *bench)
{
	(void)price;
	(void)bench;
	return "no process can ask for one; IPI is between two CPUs";
}

const char *measure__ipi(struct price *price, const struct bench *bench)
{
	struct target target = {};
	pthread_t thread;
	const char *why;

	if (bench->other < 0)
		return "there is no other CPU to interrupt";
	if (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED))
		return "this kernel or its seccomp filter has no membarrier";
	if (bench__thread(&thread, bench->other, beat, &target))
		return "no thread left";
	why = bench__run(bench, price, barriers, &target, 1 << 12);
	atomic_store(&target.end, true);
	pthread_join(thread, NULL);
	return why;
}
