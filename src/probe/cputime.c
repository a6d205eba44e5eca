// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
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

#define TRIES 3 /* Xen may update the area while it is read; twice in a row is unheard of */

static void read_runstate(struct cpu_reading *reading, const struct maps *maps, int fd)
{
	for (unsigned int cpu = 0; cpu < reading->possible; cpu++) {
		struct vcpu_reading *vcpu = &reading->vcpus[cpu];
		struct xt_cpu *slice = &maps->cpus[cpu];

		vcpu->answered = false;
		slice->runstate_at = 0;
		for (int try = 0; try < TRIES && !slice->runstate_at; try++) {
			if (!run_on(fd, cpu))
				break;
		}
		memcpy(vcpu->ns, slice->runstate, sizeof(vcpu->ns));
		/* registered with Xen, and not just zeros of a kernel that runs elsewhere */
		vcpu->answered = slice->runstate_at && vcpu->ns[0];
	}
}

int cputime__init(struct cpu_reading *reading, unsigned int possible)
{
	memset(reading, 0, sizeof(*reading));
	reading->possible = possible;
	reading->vcpus = calloc(possible, sizeof(*reading->vcpus));
	return reading->vcpus ? 0 : -ENOMEM;
}

void cputime__free(struct cpu_reading *reading)
{
	free(reading->vcpus);
	reading->vcpus = NULL;
}

void cputime__read(struct cpu_reading *reading, const struct maps *maps, int runstate_fd)
{
	reading->online = sysconf(_SC_NPROCESSORS_ONLN);
	reading->stat_idle_ns = reading->stat_steal_ns = 0;
	read_stat(reading);
	if (runstate_fd >= 0)
		read_runstate(reading, maps, runstate_fd);
	reading->at_ns = clock__monotonic_ns();
}

/* How many vCPUs answered in both, and their sums. */
static unsigned int add_runstate(struct cpu_time *cpu, const struct cpu_reading *first,
				 const struct cpu_reading *last)
{
	unsigned int both = 0;

	for (unsigned int i = 0; i < last->possible; i++) {
		const struct vcpu_reading *from = &first->vcpus[i], *to = &last->vcpus[i];

		if (!from->answered || !to->answered)
			continue;
		both++;
		cpu->stolen_ns += to->ns[1] - from->ns[1];
		cpu->idle_ns += to->ns[2] - from->ns[2];
		cpu->offline_ns += to->ns[3] - from->ns[3];
	}
	return both;
}

void cputime__between(struct cpu_time *cpu, const struct cpu_reading *first,
		      const struct cpu_reading *last, bool steal_measured)
{
	unsigned int both;

	memset(cpu, 0, sizeof(*cpu));
	both = add_runstate(cpu, first, last);
	cpu->has_runstate = both > 0;
	cpu->vcpus = both ? both : last->online;
	cpu->total_ns = (last->at_ns - first->at_ns) * cpu->vcpus;
	cpu->stat_steal_ns = last->stat_steal_ns - first->stat_steal_ns;
	cpu->steal_measured = both || steal_measured;
	if (!both) {
		cpu->idle_ns = last->stat_idle_ns - first->stat_idle_ns;
		cpu->stolen_ns = steal_measured ? cpu->stat_steal_ns : 0;
	}
	/* ticks may run ahead of the clock by one each */
	if (cpu->idle_ns > cpu->total_ns)
		cpu->idle_ns = cpu->total_ns;
}
