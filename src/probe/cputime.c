// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "probe/cputime.h"

/*
 * /proc/stat, a line an online CPU: cpu0 user nice system idle iowait irq softirq steal …
 * (proc(5)). The first line is their sum; interrupts' counts follow, in one line of many KB.
 */
static void read_stat(struct cputime *time, struct vcpu_reading *readings)
{
	const uint64_t tick_ns = 1000000000ull / (uint64_t)sysconf(_SC_CLK_TCK);
	FILE *file = fopen("/proc/stat", "re");
	unsigned int cpu;
	char line[512];
	uint64_t v[8];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file) && strncmp(line, "cpu", 3) == 0) {
		if (!isdigit((unsigned char)line[3]) ||
		    sscanf(line,
			   "cpu%u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
			   " %" SCNu64 " %" SCNu64 " %" SCNu64,
			   &cpu, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) != 9 ||
		    cpu >= time->possible)
			continue;
		readings[cpu].online = true;
		readings[cpu].stat_idle_ns = (v[3] + v[4]) * tick_ns;
		readings[cpu].stat_steal_ns = v[7] * tick_ns;
	}
	fclose(file);
}

static bool run_on(int fd, unsigned int cpu)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = cpu);

	return bpf_prog_test_run_opts(fd, &opts) == 0;
}

#define TRIES 3 /* Xen may update the area while it is read; twice in a row is unheard of */

static void ask_runstate(struct vcpu_reading *reading, struct xt_cpu *slice, int fd,
			 unsigned int cpu)
{
	slice->runstate_at = 0;
	for (int try = 0; try < TRIES && !slice->runstate_at; try++) {
		if (!run_on(fd, cpu))
			break;
	}
	memcpy(reading->state_ns, slice->runstate, sizeof(reading->state_ns));
	/* the area is registered with Xen: on other hypervisors it stays 0 */
	reading->answered = slice->runstate_at && reading->state_ns[VCPU_RUNNING];
	if (reading->answered)
		reading->at_ns = slice->runstate_at;
}

static void read_all(struct cputime *time, const struct layout *layout,
		     struct vcpu_reading *readings)
{
	memset(readings, 0, time->possible * sizeof(*readings));
	read_stat(time, readings);
	for (unsigned int cpu = 0; cpu < time->possible; cpu++) {
		readings[cpu].at_ns = clock__monotonic_ns();
		if (readings[cpu].online && time->runstate_fd >= 0)
			ask_runstate(&readings[cpu], &layout->cpu[cpu], time->runstate_fd, cpu);
	}
	time->at_ns = clock__monotonic_ns();
}

int cputime__init(struct cputime *time, unsigned int possible)
{
	memset(time, 0, sizeof(*time));
	time->possible = possible;
	time->runstate_fd = -1;
	time->last = calloc(possible, sizeof(*time->last));
	time->spare = calloc(possible, sizeof(*time->spare));
	time->vcpus = calloc(possible, sizeof(*time->vcpus));
	return time->last && time->spare && time->vcpus ? 0 : -ENOMEM;
}

void cputime__free(struct cputime *time)
{
	free(time->last);
	free(time->spare);
	free(time->vcpus);
}

void cputime__start(struct cputime *time, const struct layout *layout)
{
	read_all(time, layout, time->last);
	time->runstate = false;
	for (unsigned int cpu = 0; cpu < time->possible; cpu++) {
		time->runstate |= time->last[cpu].answered;
		time->vcpus[cpu] = (struct vcpu_time) {
			.cpu = cpu,
			.online = time->last[cpu].online,
		};
	}
	time->started = true;
}

void cputime__advance(struct cputime *time, const struct layout *layout)
{
	struct vcpu_reading *now = time->spare;

	if (!time->started)
		return;
	read_all(time, layout, now);
	for (unsigned int cpu = 0; cpu < time->possible; cpu++)
		vcpu_time__add(&time->vcpus[cpu], &time->last[cpu], &now[cpu], time->runstate);
	time->spare = time->last;
	time->last = now;
}

/* A possible CPU that never came is no vCPU. */
static bool was_there(const struct vcpu_time *vcpu)
{
	return vcpu->online || vcpu->total_ns || vcpu->went || vcpu->came;
}

int cputime__copy(const struct cputime *time, struct snapshot *snap, bool steal_measured)
{
	snap->vcpus = calloc(time->possible, sizeof(*snap->vcpus));
	if (!snap->vcpus)
		return -ENOMEM;
	for (unsigned int cpu = 0; cpu < time->possible; cpu++) {
		if (was_there(&time->vcpus[cpu]))
			snap->vcpus[snap->nr_vcpus++] = time->vcpus[cpu];
	}
	vcpus__sum(&snap->cpu, snap->vcpus, snap->nr_vcpus, steal_measured);
	return 0;
}
