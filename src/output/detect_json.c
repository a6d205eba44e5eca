// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "output/json_parts.h"
#include "output/detect.h"

static json_t *cell__json(const struct cell *cell)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "area", area__name(cell->area));
	err |= put__str(obj, "device", cell->what[0] ? cell->what : NULL);
	err |= put__str(obj, "letter", letter__name(cell->letter));
	err |= put__str(obj, "how", cell->how);
	err |= put__str(obj, "better", strcmp(cell->better, "-") ? cell->better : NULL);
	err |= put__str(obj, "evidence", cell->evidence);
	err |= put(obj, "conflicting", json_boolean(cell->conflicting));
	return json__done(obj, err);
}

static json_t *feature__json(const struct feature *feature)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "name", feature->name);
	err |= put__str(obj, "state", feature_state__name(feature->state));
	err |= put__str(obj, "why", feature->why);
	return json__done(obj, err);
}

static json_t *disk__json(const struct disk *disk)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "name", disk->name);
	err |= put__int(obj, "major", disk->major);
	err |= put__int(obj, "minor", disk->minor);
	err |= put__str(obj, "letter", letter__name(disk->letter));
	err |= put__str(obj, "driver", disk->driver);
	err |= put(obj, "stacked", json_boolean(disk->stacked));
	err |= put__int(obj, "hw_queues", disk->hw_queues);
	err |= put__int(obj, "depth", disk->depth);
	err |= put(obj, "iostats", json_boolean(disk->iostats));
	err |= put__str(obj, "same_as", disk->same_as[0] ? disk->same_as : NULL);
	err |= put__str(obj, "mounts", disk->mounts);
	return json__done(obj, err);
}

static json_t *nic__json(const struct nic *nic)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "name", nic->name);
	err |= put__int(obj, "ifindex", nic->ifindex);
	err |= put__str(obj, "letter", letter__name(nic->letter));
	err |= put__str(obj, "driver", nic->driver);
	err |= put__int(obj, "queues", nic->queues);
	return json__done(obj, err);
}

static json_t *irq__json(const struct irq *irq)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__int(obj, "irq", irq->nr);
	err |= put__int(obj, "follows", irq->follows);
	err |= put__str(obj, "action", irq->action);
	err |= put__str(obj, "chip", irq->chip);
	err |= put__str(obj, "kind", irq->kind);
	err |= put__str(obj, "area", area__name(irq->area));
	err |= put__str(obj, "letter", letter__name(irq->letter));
	err |= put__str(obj, "device", irq->device);
	return json__done(obj, err);
}

/* An array of platform->things, each by its own function. */
#define ARRAY(platform, things, one)                                                      \
	({                                                                                \
		json_t *array = json_array();                                             \
		int bad = !array;                                                         \
                                                                                          \
		for (size_t i = 0; !bad && i < (platform)->nr_##things; i++)              \
			bad |= json_array_append_new(array, one(&(platform)->things[i])); \
		json__done(array, bad);                                                   \
	})

json_t *platform__json(const struct platform *p)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "host", p->host);
	err |= put__str(obj, "kernel", p->kernel);
	err |= put__str(obj, "boot", boot__name(p->boot));
	err |= put__str(obj, "mode", p->mode);
	err |= put__str(obj, "hypervisor", p->hypervisor);
	err |= put__int(obj, "vcpus", p->vcpus);
	err |= put__int(obj, "possible", p->possible);
	err |= put__str(obj, "clocksource", p->clocksource);
	err |= put__str(obj, "clockevent", p->clockevent);
	err |= put(obj, "steal_measured", json_boolean(p->steal_measured));
	err |= put(obj, "spectrum", ARRAY(p, cells, cell__json));
	err |= put(obj, "features", ARRAY(p, features, feature__json));
	err |= put(obj, "disks", ARRAY(p, disks, disk__json));
	err |= put(obj, "nics", ARRAY(p, nics, nic__json));
	err |= put(obj, "irqs", ARRAY(p, irqs, irq__json));
	return json__done(obj, err);
}

static json_t *figure(const struct price *price, json_t *value)
{
	if (!price->why_not)
		return value;
	json_decref(value);
	return json_null();
}

static json_t *price__json(const struct price *price)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "name", price->name);
	err |= put(obj, "min_ns", figure(price, json_real(price->min_ns)));
	err |= put(obj, "median_ns", figure(price, json_real(price->median_ns)));
	err |= put(obj, "p90_ns", figure(price, json_real(price->p90_ns)));
	err |= put__int(obj, "batches", price->batches);
	err |= put__int(obj, "runs", price->runs);
	err |= put__str(obj, "how", price->how);
	err |= put__str(obj, "why_not", price->why_not);
	return json__done(obj, err);
}

json_t *prices__json(const struct price *prices, size_t nr)
{
	json_t *list = json_array();
	int err = !list;

	for (size_t i = 0; i < nr && !err; i++)
		err |= json_array_append_new(list, price__json(&prices[i]));
	return json__done(list, err);
}
