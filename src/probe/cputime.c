// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "probe/cputime.h"

/* /proc/stat, first line: cpu user nice system idle iowait irq softirq steal … (proc(5)) */
static void read_stat(struct cpu_reading *reading)
{
	const uint64_t tick_ns = 1000000000ull / (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t v[8] = {};
	FILE *file = fopen("/proc/stat", "re");

	if (!file)
		return;
	if (fscanf(file,
		   "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64,
		   &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) == 8) {
		reading->stat_idle_ns = (v[3] + v[4]) * tick_ns;
		reading->stat_steal_ns = v[7] * tick_ns;
	}
	fclose(file);
}

static bool run_on(int fd, unsigned int cpu)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = cpu);

	return bpf_prog_test_run_opts(fd, &opts) == 0;
}

/* Every online CPU has to answer, or none counts: a sum over some of them would be a lie. */
static void read_runstate(struct cpu_reading *reading, const struct maps *maps,
			  unsigned int possible, int fd)
{
	unsigned int answered = 0;
	uint64_t running = 0;

	for (unsigned int cpu = 0; cpu < possible; cpu++) {
		struct xt_cpu *slice = &maps->cpus[cpu];

		slice->runstate_at = 0;
		if (!run_on(fd, cpu) || !slice->runstate_at)
			continue;
		answered++;
		running += slice->runstate[0];
		reading->runnable_ns += slice->runstate[1];
		reading->blocked_ns += slice->runstate[2];
		reading->offline_ns += slice->runstate[3];
	}
	/* registered with Xen, and not just zeros of a kernel that runs elsewhere */
	reading->has_runstate = answered >= reading->online && running > 0;
}

void cputime__read(struct cpu_reading *reading, const struct maps *maps, unsigned int possible,
		   int runstate_fd)
{
	memset(reading, 0, sizeof(*reading));
	reading->online = sysconf(_SC_NPROCESSORS_ONLN);
	read_stat(reading);
	if (runstate_fd >= 0)
		read_runstate(reading, maps, possible, runstate_fd);
	reading->at_ns = clock__monotonic_ns();
}
