// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Event channels: the upcall, which channels there are and where they are handled, and who they wake. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "evtchn.skel.h"
#include "probe/family.h"
#include "probe/reader.h"
#include "probe/tracer_parts.h"

static uint32_t count_users(const struct platform *platform)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < platform->nr_irqs; i++)
		nr += strcmp(platform->irqs[i].kind, "user") == 0;
	return nr;
}

static int range(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, uint32_t *next, const char **why)
{
	(void)wanted;
	(void)why;
	layout->upcall = (*next)++;
	layout->wake = *next;
	*next += count_users(platform);
	return 0;
}

uint32_t evtchn__place_wake(struct layout *layout, const struct irq *irq)
{
	const char *colon = strchr(irq->action, ':'), *name = colon ? colon + 1 : irq->action;
	uint32_t path;

	for (path = layout->wake; path < layout->wake + layout->nr_wakes; path++)
		if (!strcmp(layout->keys[path].device, name))
			return path + 1;
	layout->nr_wakes++;
	layout__name(&layout->keys[path], KIND_WAIT, AREA_EVTCHN, MECH_GUEST, name, "wake",
		     "total");
	layout->keys[path].roles = PATH_WHOLE;
	return path + 1;
}

static int place(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, const char **why)
{
	(void)platform;
	(void)wanted;
	(void)why;
	layout__name(&layout->keys[layout->upcall], KIND_CPU, AREA_EVTCHN, MECH_PV, "", "",
		     "upcall");
	return 0;
}

static void configure(struct evtchn_bpf *skel, const struct layout *layout,
		      const struct features *features)
{
	(void)features;
	skel->rodata->cfg_upcall_path = layout->upcall;
}

FAMILY_OBJECT(evtchn)

static void start(struct tracer *tracer)
{
	free(tracer->bus);
	if (bus_events__read(&tracer->bus, &tracer->nr_bus, "/"))
		vlog("event counts of xenbus devices cannot be read");
}

static uint64_t count_events(const struct xt_hist *h)
{
	uint64_t count = 0;

	for (unsigned int i = 0; i < XT_BUCKETS; i++)
		count += h->bucket[i].count;
	return count;
}

static void read_counts(const struct tracer *tracer, struct snapshot *snap, uint32_t slot,
			uint64_t *counts)
{
	const struct layout *layout = tracer->layout;

	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++)
		counts[cpu] = count_events(
			&tracer->maps->hists[(size_t)cpu * layout->nr_paths + layout->irq + slot]);
	for (size_t i = 0; i < snap->nr_vcpus; i++)
		snap->vcpus[i].events += counts[snap->vcpus[i].cpu];
}

/* Event channels by the vCPU that handled them: the handlers' counts in each CPU's slice. */
static int read_channels(const struct tracer *tracer, struct snapshot *snap)
{
	const struct layout *layout = tracer->layout;

	snap->nr_cpus = layout->cpus;
	snap->channels = calloc(layout->nr_irqs, sizeof(*snap->channels));
	snap->channel_counts = calloc((size_t)layout->nr_irqs * layout->cpus, sizeof(uint64_t));
	if (!snap->channels || !snap->channel_counts)
		return -ENOMEM;
	for (uint32_t slot = 1; slot < layout->nr_irqs; slot++) {
		const struct irq *owner = layout->owners[slot];
		struct path_key key = layout->keys[layout->irq + slot];
		struct channel *channel = &snap->channels[snap->nr_channels];

		if (!owner)
			continue;
		reader__rename(tracer, layout->irq + slot, &key);
		snprintf(channel->kind, sizeof(channel->kind), "%s", owner->kind);
		snprintf(channel->device, sizeof(channel->device), "%s", key.device);
		snprintf(channel->op, sizeof(channel->op), "%s", key.op);
		channel->bound = owner->stem;
		channel->irq = key.roles & PATH_IRQ ? layout->irq_of[slot] : 0;
		channel->stem = key.stem;
		read_counts(tracer, snap, slot,
			    &snap->channel_counts[snap->nr_channels * layout->cpus]);
		snap->nr_channels++;
	}
	return 0;
}

/* What sysfs counts, since the start; devices that came since, from their beginning. */
static void read_bus(const struct tracer *tracer, struct snapshot *snap)
{
	if (bus_events__read(&snap->bus, &snap->nr_bus, "/"))
		return;
	for (size_t i = 0; i < snap->nr_bus; i++) {
		for (size_t n = 0; n < tracer->nr_bus; n++) {
			if (strcmp(snap->bus[i].name, tracer->bus[n].name) == 0)
				bus_events__subtract(&snap->bus[i], &tracer->bus[n]);
		}
	}
}

static int read_all(const struct tracer *tracer, struct snapshot *snap)
{
	read_bus(tracer, snap);
	return read_channels(tracer, snap);
}

const struct family family_evtchn = {
	FAMILY(evtchn, EVTCHN), .range = range, .place = place,	  .open = open_object,
	.destroy = destroy,	.start = start, .read = read_all,
};
