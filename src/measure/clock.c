// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A clock read by each path there is. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "measure/bench.h"
#include "measure/vdso.h"

static uint64_t reads(void *ctx, unsigned int n)
{
	uint64_t start = ticks();
	const clockid_t *clock = ctx;
	struct timespec ts;

	while (n--)
		clock_gettime(*clock, &ts);
	return ticks() - start;
}

static uint64_t calls(void *ctx, unsigned int n)
{
	uint64_t start = ticks();
	struct timespec ts;

	(void)ctx;
	while (n--)
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
	return ticks() - start;
}

static uint64_t rdtscs(void *ctx, unsigned int n)
{
	uint64_t start = ticks();

	(void)ctx;
	while (n--)
		ticks();
	return ticks() - start;
}

const char *measure__clock(struct price *price, const struct bench *bench)
{
	clockid_t clock = CLOCK_MONOTONIC;
	int in_vdso = vdso__reads_clock();

	if (in_vdso == 1)
		price->how = "clock_gettime(CLOCK_MONOTONIC), in the vDSO";
	else if (!in_vdso)
		price->how = "clock_gettime(CLOCK_MONOTONIC): a system call, since the vDSO "
			     "cannot read this clock source";
	return bench__run(bench, price, reads, &clock, 1 << 16);
}

const char *measure__clock_coarse(struct price *price, const struct bench *bench)
{
	clockid_t clock = CLOCK_MONOTONIC_COARSE;

	return bench__run(bench, price, reads, &clock, 1 << 16);
}

const char *measure__clock_syscall(struct price *price, const struct bench *bench)
{
	return bench__run(bench, price, calls, NULL, 1 << 16);
}

const char *measure__tsc(struct price *price, const struct bench *bench)
{
	return bench__run(bench, price, rdtscs, NULL, 1 << 16);
}
