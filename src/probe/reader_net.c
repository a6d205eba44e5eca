// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* NICs' counts and packets in flight, from the maps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/reader_parts.h"

/* The NIC of a slot, by the table that BPF finds it in. */
static const struct xt_nic *entry_of(const struct layout *layout, uint32_t slot)
{
	for (size_t i = 0; i < XT_NIC_TABLE; i++)
		if (layout->nics[i].ifindex && layout->nics[i].slot == slot)
			return &layout->nics[i];
	return NULL;
}

static void read_nic(const struct tracer *tracer, uint32_t slot, struct nic_use *use)
{
	const struct layout *layout = tracer->layout;
	const struct xt_nic *nic = entry_of(layout, slot);

	snprintf(use->device, sizeof(use->device), "%s", layout->nic_of[slot]->name);
	use->queues = nic->queues;
	for (uint32_t n = 0; n < nic->queues; n++) {
		const struct xt_queue *queue = &tracer->maps->queues[nic->first_queue + n];

		use->most = queue->most > use->most ? queue->most : use->most;
	}
	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		const struct xt_nic_count *count = &tracer->maps->nic_counts[cpu * XT_NICS + slot];

#define ADD(name) use->name += count->name;
		XT_NIC_COUNTS(ADD)
#undef ADD
	}
}

int reader__nics(const struct tracer *tracer, struct snapshot *snap)
{
	snap->nics = calloc(XT_NICS, sizeof(*snap->nics));
	if (!snap->nics)
		return -ENOMEM;
	for (uint32_t slot = 1; slot < XT_NICS; slot++)
		if (tracer->layout->nic_of[slot])
			read_nic(tracer, slot, &snap->nics[snap->nr_nics++]);
	return 0;
}

void reader__packets(const struct tracer *tracer, struct conservation *packets)
{
	for (unsigned int cpu = 0; cpu < tracer->layout->cpus; cpu++) {
		packets->started += tracer->maps->cpus[cpu].count[XT_COUNT_TX_STARTED];
		packets->completed += tracer->maps->cpus[cpu].count[XT_COUNT_TX_COMPLETED];
	}
	for (uint32_t i = 0; i < tracer->layout->nr_packets; i++)
		if (tracer->maps->packets[i].skb)
			packets->in_flight++;
	packets->lost = reader__sum_loss(tracer, XT_LOST_TX_OVERWRITTEN) +
			reader__sum_loss(tracer, XT_LOST_TX_CLOCK);
}
