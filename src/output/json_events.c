// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Event channels, by the vCPU that handled them, and what the kernel counts of theirs. */
#include "output/json_parts.h"

/* [[cpu, events], …]: only vCPUs that had some. */
static json_t *by_vcpu(const uint64_t *counts, unsigned int cpus, uint64_t *sum)
{
	json_t *list = json_array();
	int err = 0;

	*sum = 0;
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		json_t *pair;

		if (!counts[cpu])
			continue;
		pair = json_array();
		err |= json_array_append_new(pair, json_integer(cpu));
		err |= json_array_append_new(pair, json_integer(counts[cpu]));
		err |= json_array_append_new(list, pair);
		*sum += counts[cpu];
	}
	return json__done(list, err);
}

json_t *json__channel(const struct report *report, size_t i)
{
	const struct snapshot *snap = report->snap;
	const struct channel *channel = &snap->channels[i];
	json_t *obj = json_object(), *pairs;
	uint64_t count;
	int err = 0;

	pairs = by_vcpu(&snap->channel_counts[i * snap->nr_cpus], snap->nr_cpus, &count);
	err |= put__str(obj, "kind", channel->kind);
	err |= put__str(obj, "device", channel->device);
	err |= put__str(obj, "op", channel->op);
	err |= put(obj, "bound", json_boolean(channel->bound));
	err |= put__int(obj, "count", count);
	err |= put(obj, "by_vcpu", pairs);
	return json__done(obj, err);
}

json_t *json__bus(const struct report *report, size_t i)
{
	const struct bus_events *bus = &report->snap->bus[i];
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "name", bus->name);
	err |= put__str(obj, "device", bus->device);
	err |= put__int(obj, "events", bus->events);
	err |= put__int(obj, "spurious_events", bus->spurious);
	err |= put__int(obj, "jiffies_eoi_delayed", bus->delay_jiffies);
	err |= put__int(obj, "spurious_threshold", bus->threshold);
	return json__done(obj, err);
}
