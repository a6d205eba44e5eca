// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Event channels: the upcall, the channels and the vCPUs that handle them, and whom they wake. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "probe/family.h"
#include "evtchn.skel.h"

static struct xt_evtchn_config config;
static uint32_t wake_path, nr_wakes; /* one path a name of processes that wait for a channel */
static struct bus_events *bus;	     /* at the start */
static size_t nr_bus;

static uint32_t count_users(const struct platform *platform)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < platform->nr_irqs; i++)
		nr += platform->irqs[i].user;
	return nr;
}

static int number(struct layout *layout)
{
	config.upcall_path = layout__paths(layout, 1);
	wake_path = layout__paths(layout, count_users(layout->platform));
	return 0;
}

static int place(struct layout *layout)
{
	layout__name(layout, config.upcall_path, KIND_CPU, AREA_EVTCHN, MECH_PV, "", "", "upcall");
	layout__map(layout, "xt_wakes", sizeof(struct xt_wake),
		    count_users(layout->platform) ? XT_WAKES : 1);
	return 0;
}

/* The interrupt's action is "evtchn:" and the process's name. */
static void serve(const struct layout *layout, const struct irq *irq, struct xt_irq *entry)
{
	const char *colon = strchr(irq->action, ':'), *name = colon ? colon + 1 : irq->action;
	uint32_t path = wake_path;

	if (!irq->user)
		return;
	while (path < wake_path + nr_wakes && strcmp(layout->keys[path].device, name))
		path++;
	if (path == wake_path + nr_wakes) {
		layout__name(layout, path, KIND_WAIT, AREA_EVTCHN, MECH_GUEST, name, "wake",
			     "total")
			->roles = PATH_WHOLE;
		nr_wakes++;
	}
	entry->wake = path + 1;
}

FAMILY_OBJECT(evtchn)

static void start(struct tracer *tracer)
{
	(void)tracer;
	free(bus);
	if (bus_events__read(&bus, &nr_bus, "/"))
		vlog("event counts of xenbus devices cannot be read");
}

static uint64_t count_events(const struct xt_hist *h)
{
	uint64_t count = 0;

	for (unsigned int i = 0; i < XT_BUCKETS; i++)
		count += h->bucket[i].count;
	return count;
}

static void read_counts(const struct layout *layout, struct snapshot *snap, uint32_t path,
			uint64_t *counts)
{
	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++)
		counts[cpu] = count_events(layout__hist(layout, cpu, path));
	for (size_t i = 0; i < snap->nr_vcpus; i++)
		snap->vcpus[i].events += counts[snap->vcpus[i].cpu];
}

/* Event channels by the vCPU that handled them: the handlers' counts in each CPU's slice. */
static int read_channels(const struct layout *layout, struct snapshot *snap)
{
	const uint32_t nr = core__irqs();

	snap->nr_cpus = layout->cpus;
	snap->channels = calloc(nr, sizeof(*snap->channels));
	snap->channel_counts = calloc((size_t)nr * layout->cpus, sizeof(uint64_t));
	if (!snap->channels || !snap->channel_counts)
		return -ENOMEM;
	for (uint32_t slot = 1; slot < nr; slot++) {
		const struct irq *owner = core__channel(slot);
		const uint32_t path = core__irq_path(slot);
		struct path_key key = layout->keys[path];
		struct channel *channel = &snap->channels[snap->nr_channels];

		if (!owner)
			continue;
		reader__rename(path, &key);
		snprintf(channel->kind, sizeof(channel->kind), "%s", owner->kind);
		snprintf(channel->device, sizeof(channel->device), "%s", key.device);
		snprintf(channel->op, sizeof(channel->op), "%s", key.op);
		channel->bound = owner->stem;
		channel->irq = key.roles & PATH_IRQ ? owner->nr : 0;
		channel->stem = key.stem;
		read_counts(layout, snap, path,
			    &snap->channel_counts[snap->nr_channels * layout->cpus]);
		snap->nr_channels++;
	}
	return 0;
}

/* What sysfs has counted since the start; of devices that came later, all of it. */
static void read_bus(struct snapshot *snap)
{
	if (bus_events__read(&snap->bus, &snap->nr_bus, "/"))
		return;
	for (size_t i = 0; i < snap->nr_bus; i++) {
		for (size_t n = 0; n < nr_bus; n++) {
			if (strcmp(snap->bus[i].name, bus[n].name) == 0)
				bus_events__subtract(&snap->bus[i], &bus[n]);
		}
	}
}

static int read_all(const struct tracer *tracer, struct snapshot *snap)
{
	read_bus(snap);
	return read_channels(tracer->layout, snap);
}

/* At the entry and the exit of an upcall. */
static const struct follows follows = { .what = XT_RATE_UPCALLS, .programs = 2 };

const struct family family_evtchn = {
	FAMILY(evtchn, EVTCHN), .number = number,    .place = place,   .serve = serve,
	.start = start,		.follows = &follows, .read = read_all,
};
