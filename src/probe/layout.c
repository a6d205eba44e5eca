// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/family.h"
#include "probe/probes.h"

void layout__name(struct path_key *key, enum kind kind, enum area area, enum mech mech,
		  const char *device, const char *op, const char *leg)
{
	key->kind = kind;
	key->area = area;
	key->mech = mech;
	snprintf(key->device, sizeof(key->device), "%.*s", (int)sizeof(key->device) - 1, device);
	snprintf(key->op, sizeof(key->op), "%s", op);
	snprintf(key->leg, sizeof(key->leg), "%s", leg);
}

void layout__count(struct path_key *key, enum area area, enum mech mech, const char *device,
		   const char *op)
{
	layout__name(key, KIND_CPU, area, mech, device, op, "count");
	key->roles = PATH_COUNT;
}

bool layout__is_wanted(const char *const *wanted, const char *name)
{
	if (!wanted)
		return true;
	for (; *wanted; wanted++) {
		if (strcmp(*wanted, name) == 0)
			return true;
	}
	return false;
}

/* The ranges of all families, one after the other, and then their names. */
static int lay_out(struct layout *layout, const struct platform *platform,
		   const struct wanted *wanted, const char **why)
{
	uint32_t next = 0;
	int err = 0;

	for (int i = 0; i < FAMILIES && !err; i++) {
		if (families[i]->range)
			err = families[i]->range(layout, platform, wanted, &next, why);
	}
	if (err)
		return err;
	layout->nr_paths = next;
	layout->keys = calloc(layout->nr_paths, sizeof(*layout->keys));
	if (!layout->keys)
		return -ENOMEM;
	/* the first one asks what the others have placed */
	for (int i = FAMILIES - 1; i >= 0 && !err; i--) {
		if (families[i]->place)
			err = families[i]->place(layout, platform, wanted, why);
	}
	return err;
}

int layout__new(struct layout **out, const struct platform *platform, const struct wanted *wanted,
		struct sites *sites, const char **why)
{
	struct layout *layout = calloc(1, sizeof(*layout));
	int err;

	if (!layout)
		return -ENOMEM;
	layout->cpus = platform->possible;
	layout->sites = sites;
	layout->runstate = platform__on_xen(platform);
	layout->nr_requests = XT_OTHER_REQUESTS;
	/* a map cannot be empty */
	layout->nr_queues = layout->nr_packets = 1;
	err = lay_out(layout, platform, wanted, why);
	if (err)
		goto out;
	*out = layout;
	layout = NULL;
out:
	layout__free(layout);
	return err;
}

void layout__free(struct layout *layout)
{
	if (!layout)
		return;
	free(layout->disks);
	free(layout->placed);
	free(layout->disk_slot);
	free(layout->disk_of);
	free(layout->disk_rows);
	free(layout->irqs);
	free(layout->nics);
	free(layout->keys);
	free(layout->owners);
	free(layout->irq_of);
	free(layout);
}
