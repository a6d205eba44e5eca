// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The vCPUs apart. */
#include "output/json_parts.h"

static json_t *known(bool is_known, uint64_t n)
{
	return is_known ? json_integer(n) : json_null();
}

static json_t *one_vcpu(const struct vcpu_time *vcpu, const struct cpu_time *cpu)
{
	static const char *const states[VCPU_STATES] = { "running_ns", "runnable_ns", "blocked_ns",
							 "offline_ns" };
	json_t *obj = json_object();
	int err = 0;

	err |= put__int(obj, "cpu", vcpu->cpu);
	err |= put(obj, "online", json_boolean(vcpu->online));
	err |= put__int(obj, "vcpu_ns", vcpu->total_ns);
	for (int i = 0; i < VCPU_STATES; i++)
		err |= put(obj, states[i], known(cpu->has_runstate, vcpu->state_ns[i]));
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

json_t *json__per_vcpu(const struct snapshot *snap)
{
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < snap->nr_vcpus; i++)
		err |= json_array_append_new(list, one_vcpu(&snap->vcpus[i], &snap->cpu));
	return json__done(list, err);
}
