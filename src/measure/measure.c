// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "measure/measure.h"

#include <sched.h>
#include <stdbool.h>

#include "base/clock.h"
#include "measure/bench.h"

/* A batch is this long, and at least so many reads of the stopwatch, which may be trapped. */
#define BATCH_NS    50000
#define TICKS_READS 100

#define CALIBRATION_NS 20000000

static const struct {
	const char *name, *how;
	measure_fn *measure;
} rows[] = {
	{ "VM exit", "CPUID: VT-x and SVM always exit for it", measure__cpuid },
	{ "hypercall", "xen_version by /dev/xen/privcmd, ioctl included", measure__hypercall },
	{ "port read 0x61", "PC speaker's status: Xen or KVM itself answers", measure__port_61 },
	{ "port read 0x3ff", "COM1's scratch byte: a device model answers", measure__port_3ff },
	{ "RDTSC", "the instruction; a hypervisor may trap it", measure__tsc },
	{ "clock read", "clock_gettime(CLOCK_MONOTONIC)", measure__clock },
	{ "clock read, coarse", "CLOCK_MONOTONIC_COARSE: memory, no clock", measure__clock_coarse },
	{ "clock read, kernel", "the same clock by a real system call", measure__clock_syscall },
	{ "system call", "getppid", measure__syscall },
	{ "page fault", "first touch of 4 KiB of memory, zeroing included", measure__fault },
	{ "fork, exit, wait", "of this small process, its child on the same CPU", measure__fork },
	{ "context switch", "two threads on one CPU, eventfd write and read included",
	  measure__switch },
	{ "self IPI", "of this CPU to itself", measure__self_ipi },
	{ "IPI", "to a CPU that runs, by membarrier, answer included", measure__ipi },
	{ "IPI and wake-up", "of a thread asleep on another CPU, eventfd write and read included",
	  measure__wakeup },
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == PRICES, "one price a row");

struct instant {
	uint64_t ticks, ns;
};

/* Both clocks at once: of a few tries, the one with the least between two readings of the TSC. */
static struct instant instant__now(void)
{
	uint64_t before, after, ns, shortest = ~0ull;
	struct instant now = {};

	for (int i = 0; i < 8; i++) {
		before = ticks();
		ns = clock__monotonic_ns();
		after = ticks();
		if (after - before >= shortest)
			continue;
		shortest = after - before;
		now = (struct instant) { before + shortest / 2, ns };
	}
	return now;
}

static void calibrate(struct bench *bench)
{
	struct instant start = instant__now(), end;
	uint64_t spent;

	do
		end = instant__now();
	while (end.ns - start.ns < CALIBRATION_NS);
	bench->ns_per_tick = (double)(end.ns - start.ns) / (end.ticks - start.ticks);
	bench->batch_ticks = BATCH_NS / bench->ns_per_tick;
	spent = ticks();
	for (int i = 0; i < TICKS_READS; i++)
		ticks();
	spent = ticks() - spent;
	if (spent > bench->batch_ticks)
		bench->batch_ticks = spent;
}

/* Another CPU of the set, the next one up; -1 if there is none. */
static int another(const cpu_set_t *set, int cpu)
{
	for (int i = 1; i < CPU_SETSIZE; i++) {
		int other = (cpu + i) % CPU_SETSIZE;

		if (CPU_ISSET(other, set))
			return other;
	}
	return -1;
}

/* Stay on the CPU that we are on. More than CPU_SETSIZE of them are a set we cannot hold. */
static bool pin(struct bench *bench, cpu_set_t *before)
{
	cpu_set_t one;

	bench->cpu = sched_getcpu();
	bench->other = -1;
	if (bench->cpu < 0 || sched_getaffinity(0, sizeof(*before), before))
		return false;
	CPU_ZERO(&one);
	CPU_SET(bench->cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		return false;
	bench->other = another(before, bench->cpu);
	return true;
}

void measure__prices(struct price prices[PRICES], const struct platform *platform)
{
	struct bench bench = { .platform = platform };
	cpu_set_t before;
	bool pinned = pin(&bench, &before);

	calibrate(&bench);
	for (int i = 0; i < PRICES; i++) {
		prices[i] = (struct price) { .name = rows[i].name, .how = rows[i].how };
		prices[i].why_not = pinned ? rows[i].measure(&prices[i], &bench)
					   : "cannot stay on one CPU";
	}
	if (pinned)
		sched_setaffinity(0, sizeof(before), &before);
}
