// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * For LD_PRELOAD: the time of day is set an hour back as soon as the file is there that CLOCK_BEHIND
 * names. No other clock changes, as when somebody sets it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char behind[4096];

static void __attribute__((constructor)) begin(void)
{
	const char *said = getenv("CLOCK_BEHIND");

	snprintf(behind, sizeof(behind), "%s", said ? said : "");
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	int err = syscall(SYS_clock_gettime, clock, time);

	if (!err && clock == CLOCK_REALTIME && !access(behind, F_OK))
		time->tv_sec -= 3600;
	return err;
}
