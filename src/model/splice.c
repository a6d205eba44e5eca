// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/splice.h"

#include <errno.h>

/* Less is what two readings of two clocks differ by. */
#define GAP_NS 10000000ull

/* Do two runs list the same, in one order? What lists have by name may differ. */
static bool are_alike(const struct snapshot *a, const struct snapshot *b)
{
	if (a->nr_losses != b->nr_losses || a->nr_probes != b->nr_probes ||
	    a->nr_queues != b->nr_queues || a->nr_nics != b->nr_nics ||
	    a->nr_channels != b->nr_channels || a->nr_cpus != b->nr_cpus ||
	    a->whose.by != b->whose.by || strcmp(a->whose.only, b->whose.only))
		return false;
	for (size_t i = 0; i < a->nr_losses; i++)
		if (strcmp(a->losses[i].name, b->losses[i].name))
			return false;
	for (size_t i = 0; i < a->nr_probes; i++)
		if (strcmp(a->probes[i].name, b->probes[i].name))
			return false;
	for (size_t i = 0; i < a->nr_queues; i++)
		if (strcmp(a->queues[i].device, b->queues[i].device))
			return false;
	for (size_t i = 0; i < a->nr_nics; i++)
		if (strcmp(a->nics[i].device, b->nics[i].device))
			return false;
	for (size_t i = 0; i < a->nr_channels; i++)
		if (strcmp(a->channels[i].device, b->channels[i].device) ||
		    strcmp(a->channels[i].kind, b->channels[i].kind))
			return false;
	return true;
}

/* Onto the sum's clock, behind what it has; and no path by a number that is another run's. */
static void move(struct splice *splice, struct snapshot *part, bool other_run)
{
	const struct snapshot *sum = &splice->sum;
	const uint64_t length = part->end_ns - part->start_ns, began = part->start_ns;

	part->start_ns = sum->end_ns;
	part->end_ns = sum->end_ns + length;
	/* they are told by the time of day, which counts from the sum's start */
	for (size_t i = 0; i < part->nr_slow; i++)
		part->slow[i].start_ns = sum->start_ns + (part->slow[i].start_ns - began) +
					 (part->wall_start_ns - sum->wall_start_ns);
	for (size_t i = 0; other_run && i < part->nr_paths; i++)
		part->paths[i].id = 0;
}

int splice__add(struct splice *splice, struct snapshot *part, uint64_t run)
{
	const bool other_run = splice->nr && run != splice->run;
	int err;

	if (other_run && !are_alike(&splice->sum, part))
		return -EXDEV;
	if (splice->nr) {
		if (part->wall_start_ns > splice->wall_end + GAP_NS)
			splice->gaps += part->wall_start_ns - splice->wall_end;
		move(splice, part, other_run);
	} else {
		splice->run = run;
	}
	err = snapshot__add(&splice->sum, part);
	if (err)
		return err;
	splice->nr++;
	splice->wall_end = snapshot__wall_end(part);
	return 0;
}

void splice__free(struct splice *splice)
{
	snapshot__free(&splice->sum);
	*splice = (struct splice) {};
}
