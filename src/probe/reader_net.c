// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* NICs' counts and packets in flight, from the maps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/reader_parts.h"

#define ONE(name) +1
_Static_assert(0 NIC_COUNTS(ONE) == 0 XT_NIC_COUNTS(ONE), "what is counted is told");
#undef ONE

/* The NIC of a slot, by the table that BPF finds it in. */
static const struct xt_nic *entry_of(const struct layout *layout, uint32_t slot)
{
	for (size_t i = 0; i < layout->nic_places; i++)
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

/* A kernel before 5.17 gives none, and what a later one gives may be younger than its BTF. */
static void name_reason(const struct tracer *tracer, uint32_t reason, struct drop *drop)
{
	const char *name = tracer->drop_reasons[reason];

	if (*name)
		snprintf(drop->reason, sizeof(drop->reason), "%s", name);
	else if (reason == XT_DROP_REASONS - 1)
		snprintf(drop->reason, sizeof(drop->reason), "a subsystem's");
	else if (reason)
		snprintf(drop->reason, sizeof(drop->reason), "%u", reason);
}

int reader__drops(const struct tracer *tracer, struct snapshot *snap)
{
	const struct layout *layout = tracer->layout;
	const uint64_t *count = tracer->maps->drops;
	uint32_t nr = layout->nr_nics * 2 * XT_DROP_REASONS, kept = 0;

	for (uint32_t i = 0; i < nr; i++)
		kept += count[i] != 0;
	snap->drops = calloc(kept + 1, sizeof(*snap->drops));
	if (!snap->drops)
		return -ENOMEM;
	/* one more may have its first count meanwhile */
	for (uint32_t i = 0; i < nr && snap->nr_drops < kept; i++) {
		struct drop *drop = &snap->drops[snap->nr_drops];
		uint32_t slot = i / XT_DROP_REASONS / 2;

		if (!count[i] || !layout->nic_of[slot])
			continue;
		snprintf(drop->device, sizeof(drop->device), "%s", layout->nic_of[slot]->name);
		drop->received = i / XT_DROP_REASONS % 2;
		drop->count = count[i];
		name_reason(tracer, i % XT_DROP_REASONS, drop);
		snap->nr_drops++;
	}
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
