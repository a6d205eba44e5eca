// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The vCPUs apart. */
#include "output/json_parts.h"

static json_t *known(bool is_known, uint64_t n)
{
	return is_known ? json_integer(n) : json_null();
}

json_t *json__vcpu(const struct report *report, size_t i)
{
	const struct vcpu_time *vcpu = &report->snap->vcpus[i];
	const struct cpu_time *cpu = &report->snap->cpu;
	static const char *const states[VCPU_STATES] = { "running_ns", "runnable_ns", "blocked_ns",
							 "offline_ns" };
	json_t *obj = json_object();
	int err = 0;

	err |= put__int(obj, "cpu", vcpu->cpu);
	err |= put(obj, "online", json_boolean(vcpu->online));
	err |= put__int(obj, "vcpu_ns", vcpu->total_ns);
	for (int state = 0; state < VCPU_STATES; state++)
		err |= put(obj, states[state], known(cpu->has_runstate, vcpu->state_ns[state]));
	err |= put__int(obj, "idle_ns", vcpu_time__idle_ns(vcpu));
	err |= put(obj, "held_by_device_model_ns", known(cpu->has_runstate, vcpu->held_ns));
	err |= put(obj, "stat_steal_ns", known(cpu->steal_measured, vcpu->stat_steal_ns));
	err |= put__int(obj, "events", vcpu->events);
	err |= put__int(obj, "unmeasured_ns", vcpu->unmeasured_ns);
	err |= put__int(obj, "jumps", vcpu->jumps);
	err |= put__int(obj, "came", vcpu->came);
	err |= put__int(obj, "went", vcpu->went);
	return json__done(obj, err);
}
