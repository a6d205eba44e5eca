// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/vcpus.h"

#include <string.h>

#include "model/snapshot.h"

/*
 * Xen's clock and the guest's are disciplined apart, and a reading takes a moment: states may
 * exceed the time that passed by this much and are trimmed; by more, and they jumped.
 */
static uint64_t slack_ns(uint64_t passed)
{
	return 2000000 + passed / 200;
}

/* The kernel accounts steal with the next tick, which may be late; more than this is no tick. */
#define STAT_SLACK_NS 1000000000ull

static uint64_t since(uint64_t later, uint64_t earlier)
{
	return later > earlier ? later - earlier : 0;
}

/*
 * What each state grew by; false if that cannot be. Running is known only up to when the vCPU was
 * last given a CPU: it is what the others leave.
 */
static bool states_grew(uint64_t grew[VCPU_STATES], const struct vcpu_reading *from,
			const struct vcpu_reading *to, uint64_t passed)
{
	uint64_t away = 0, excess;

	for (int i = 0; i < VCPU_STATES; i++) {
		if (to->state_ns[i] < from->state_ns[i])
			return false;
		grew[i] = to->state_ns[i] - from->state_ns[i];
		/* one by one, so that their sum cannot wrap around */
		if (i != VCPU_RUNNING && grew[i] > passed + slack_ns(passed))
			return false;
	}
	for (int i = VCPU_RUNNABLE; i < VCPU_STATES; i++)
		away += grew[i];
	if (away > passed + slack_ns(passed))
		return false;
	excess = since(away, passed);
	grew[VCPU_RUNNING] = since(passed, away);
	/* idle first: it is most of it wherever there is an excess */
	for (int i = VCPU_BLOCKED; excess; i = i == VCPU_BLOCKED ? VCPU_OFFLINE : VCPU_RUNNABLE) {
		uint64_t cut = excess < grew[i] ? excess : grew[i];

		grew[i] -= cut;
		excess -= cut;
	}
	return true;
}

static void add_stat(struct vcpu_time *vcpu, const struct vcpu_reading *from,
		     const struct vcpu_reading *to, uint64_t passed)
{
	/* idle and iowait are moved between CPUs, and may shrink by a tick */
	vcpu->stat_idle_ns += since(to->stat_idle_ns, from->stat_idle_ns);
	if (to->stat_steal_ns < from->stat_steal_ns ||
	    to->stat_steal_ns - from->stat_steal_ns > passed + STAT_SLACK_NS)
		vcpu->jumps++;
	else
		vcpu->stat_steal_ns += to->stat_steal_ns - from->stat_steal_ns;
}

void vcpu_time__add(struct vcpu_time *vcpu, const struct vcpu_reading *from,
		    const struct vcpu_reading *to, bool runstate)
{
	uint64_t grew[VCPU_STATES] = {}, passed = since(to->at_ns, from->at_ns);

	vcpu->online = to->online;
	if (!from->online) {
		vcpu->came += to->online;
		return;
	}
	if (!to->online) {
		vcpu->went++;
		vcpu->unmeasured_ns += passed;
		return;
	}
	if (runstate) {
		if (!from->answered || !to->answered || !states_grew(grew, from, to, passed)) {
			vcpu->jumps++;
			vcpu->unmeasured_ns += passed;
			return;
		}
		vcpu->has_runstate = true;
	}
	for (int i = 0; i < VCPU_STATES; i++)
		vcpu->state_ns[i] += grew[i];
	vcpu->total_ns += passed;
	add_stat(vcpu, from, to, passed);
}

uint64_t vcpu_time__idle_ns(const struct vcpu_time *vcpu)
{
	if (vcpu->has_runstate)
		return vcpu->state_ns[VCPU_BLOCKED];
	/* ticks may run ahead of the clock by one each */
	return vcpu->stat_idle_ns < vcpu->total_ns ? vcpu->stat_idle_ns : vcpu->total_ns;
}

void vcpus__sum(struct cpu_time *cpu, const struct vcpu_time *vcpus, size_t nr, bool steal_measured)
{
	memset(cpu, 0, sizeof(*cpu));
	for (size_t i = 0; i < nr; i++) {
		const struct vcpu_time *vcpu = &vcpus[i];

		cpu->vcpus += vcpu->online;
		cpu->has_runstate |= vcpu->has_runstate;
		cpu->total_ns += vcpu->total_ns;
		cpu->idle_ns += vcpu_time__idle_ns(vcpu);
		cpu->stolen_ns += vcpu->state_ns[VCPU_RUNNABLE];
		cpu->offline_ns += vcpu->state_ns[VCPU_OFFLINE];
		cpu->stat_steal_ns += vcpu->stat_steal_ns;
	}
	cpu->steal_measured = cpu->has_runstate || steal_measured;
	if (!cpu->has_runstate)
		cpu->stolen_ns = steal_measured ? cpu->stat_steal_ns : 0;
}
