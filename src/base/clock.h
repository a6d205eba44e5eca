/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Clocks, in ns: CLOCK_MONOTONIC is what bpf_ktime_get_ns() reads. */
#ifndef XT_BASE_CLOCK_H
#define XT_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock__ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static inline uint64_t clock__monotonic_ns(void)
{
	return clock__ns(CLOCK_MONOTONIC);
}

#endif
