/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Clocks, in ns. */
#ifndef XT_BASE_CLOCK_H
#define XT_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/*
 * How far CLOCK_MONOTONIC of this process's time namespace is ahead of the kernel's
 * (time_namespaces(7)): 0 in the first one. clock__init() sets it.
 */
extern int64_t clock__offset_ns;

/* Read the offset; before any other of these functions. */
void clock__init(void);

static inline uint64_t clock__ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/* What bpf_ktime_get_ns() reads: the kernel's CLOCK_MONOTONIC, whatever the namespace. */
static inline uint64_t clock__monotonic_ns(void)
{
	return clock__ns(CLOCK_MONOTONIC) - (uint64_t)clock__offset_ns;
}

#endif
