/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A vCPU's time, added up from readings a second or less apart. What cannot be true (a state that
 * shrank, or grew by more than the time that passed) and what nobody read (a vCPU that went away)
 * is in no sum: it is counted and shown as not measured. Pure.
 */
#ifndef XT_MODEL_VCPUS_H
#define XT_MODEL_VCPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Xen's runstates, in its order: public/vcpu.h. */
enum vcpu_state { VCPU_RUNNING, VCPU_RUNNABLE, VCPU_BLOCKED, VCPU_OFFLINE, VCPU_STATES };

/* One vCPU, read once; cumulative since it was made. */
struct vcpu_reading {
	bool online;
	bool answered; /* it read its own runstate, at at_ns */
	uint64_t at_ns;
	uint64_t state_ns[VCPU_STATES];	      /* running without what passes as it is read */
	uint64_t stat_idle_ns, stat_steal_ns; /* /proc/stat, in ticks of USER_HZ */
};

struct vcpu_time {
	unsigned int cpu;
	bool online; /* when last read */
	bool has_runstate;
	uint64_t total_ns; /* online and measured; with runstate the states add up to it exactly */
	uint64_t state_ns[VCPU_STATES];
	uint64_t stat_idle_ns, stat_steal_ns;
	uint64_t held_ns;	/* offline inside emulated paths: held by the device model */
	uint64_t events;	/* handled here, of event channels */
	uint64_t unmeasured_ns; /* online at the beginning, but in no sum */
	uint64_t jumps;		/* readings that cannot be true */
	uint64_t came, went;	/* plugged, unplugged while tracing */
};

/*
 * Add what passed between two readings. `runstate`: this guest's vCPUs have one, so a reading
 * without an answer is a lost one; else /proc/stat tells.
 */
void vcpu_time__add(struct vcpu_time *vcpu, const struct vcpu_reading *from,
		    const struct vcpu_reading *to, bool runstate);

/* Idle of this vCPU: blocked; without runstate what /proc/stat calls it, at most all its time. */
uint64_t vcpu_time__idle_ns(const struct vcpu_time *vcpu);

struct cpu_time;

/*
 * The vCPUs' sums. `steal_measured`: the platform says that /proc/stat's steal means something,
 * for guests without runstate.
 */
void vcpus__sum(struct cpu_time *cpu, const struct vcpu_time *vcpus, size_t nr,
		bool steal_measured);

#endif
