// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The family that all others need: interrupt handlers, softirqs, task switches. It numbers interrupts,
 * and serves disks and NICs by what they tell it of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.skel.h"
#include "probe/family.h"
#include "probe/tracer_parts.h"

/* include/linux/interrupt.h, the order of the softirq vectors */
static const char *const softirq_names[XT_SOFTIRQS] = { "hi",	   "timer",    "net tx",  "net rx",
							"block",   "irq poll", "tasklet", "sched",
							"hrtimer", "rcu" };

/* Above this many CPUs the per-CPU event channels of a kind share one path (memory). */
#define IRQS_APART_CPUS 8

static void irq_key(struct path_key *key, const struct irq *irq, bool shared)
{
	char op[40], device[48];
	int len = shared ? irq->stem : sizeof(device) - 1;

	snprintf(device, sizeof(device), "%.*s", len, irq->device);
	snprintf(op, sizeof(op), "irq %u", irq->nr);
	if (shared)
		snprintf(op, sizeof(op), "%s", irq->kind);
	layout__name(key, KIND_CPU, irq->area, letter__mech(irq->letter), device, op, "handler");
	key->roles = shared ? 0 : PATH_IRQ;
	key->stem = shared ? 0 : irq->stem;
}

static void place_irqs(struct layout *layout, const struct platform *platform)
{
	bool apart = layout->cpus <= IRQS_APART_CPUS;
	uint32_t used = 1, slot;
	struct path_key key;

	memset(&key, 0, sizeof(key));
	layout__name(&layout->keys[layout->irq], KIND_CPU, AREA_INTERRUPT, MECH_UNATTRIBUTED,
		     "other", "", "handler");
	for (size_t i = 0; i < platform->nr_irqs; i++) {
		const struct irq *irq = &platform->irqs[i];
		bool shared = !apart && irq->stem;

		if (irq->nr >= layout->irq_numbers || irq->follows >= XT_IRQ_ACTIONS)
			continue;
		irq_key(&key, irq, shared);
		for (slot = 1; shared && slot < used; slot++) {
			if (memcmp(&layout->keys[layout->irq + slot], &key, sizeof(key)) == 0)
				break;
		}
		if (!shared || slot == used) {
			slot = used++;
			layout->keys[layout->irq + slot] = key;
			layout->irq_of[slot] = irq->nr;
		}
		layout->irqs[irq->nr].slot[irq->follows] = slot;
		if (irq->evtchn)
			layout->owners[slot] = irq;
		if (strcmp(irq->kind, "user") == 0)
			layout->irqs[irq->nr].wake = evtchn__place_wake(layout, irq);
		if (irq->area == AREA_NET)
			layout->irqs[irq->nr].nic[irq->follows] = net__slot_of(layout, irq->device);
		if (irq->letter == LETTER_VS)
			layout->irqs[irq->nr].flags[irq->follows] = XT_IRQ_EMULATED;
	}
	layout->nr_irqs = used;
}

/* Room for interrupts that come while tracing: they are counted, as "other". */
#define IRQS_LEAST 4096
#define IRQS_MORE  1024
#define IRQS_MOST  (1u << 20)

static int make_irqs(struct layout *layout, const struct platform *platform)
{
	layout->irq_numbers = IRQS_LEAST;
	for (size_t i = 0; i < platform->nr_irqs; i++) {
		const unsigned int nr = platform->irqs[i].nr;

		if (nr < IRQS_MOST && nr + IRQS_MORE > layout->irq_numbers)
			layout->irq_numbers = nr + IRQS_MORE;
	}
	layout->irqs = calloc(layout->irq_numbers, sizeof(*layout->irqs));
	layout->owners = calloc(platform->nr_irqs + 1, sizeof(*layout->owners));
	layout->irq_of = calloc(platform->nr_irqs + 1, sizeof(*layout->irq_of));
	return layout->irqs && layout->owners && layout->irq_of ? 0 : -ENOMEM;
}

static int range(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, uint32_t *next, const char **why)
{
	(void)wanted;
	(void)why;
	layout->irq = *next;
	*next += platform->nr_irqs + 1;
	layout->softirq = *next;
	*next += XT_SOFTIRQS;
	layout->scratch = (*next)++;
	return make_irqs(layout, platform);
}

static int place(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, const char **why)
{
	(void)wanted;
	(void)why;
	place_irqs(layout, platform);
	for (uint32_t i = 0; i < XT_SOFTIRQS; i++)
		layout__name(&layout->keys[layout->softirq + i], KIND_CPU, AREA_INTERRUPT,
			     MECH_GUEST, "", softirq_names[i], "softirq");
	layout__name(&layout->keys[layout->scratch], KIND_CPU, AREA_OTHER, MECH_GUEST, "", "",
		     "calibration");
	return 0;
}

static void configure(struct core_bpf *skel, const struct layout *layout,
		      const struct features *features)
{
	(void)features;
	skel->rodata->cfg_irq_base = layout->irq;
	skel->rodata->cfg_softirq_base = layout->softirq;
	skel->rodata->cfg_scratch_path = layout->scratch;
	bpf_map__set_max_entries(skel->maps.xt_parked,
				 layout->cpus * bpf_map__max_entries(skel->maps.xt_parked));
}

FAMILY_OBJECT(core)

/*
 * Softirqs and task switches matter where something is timed that they may come into. The other families
 * are loaded before this one.
 */
static const char *unused(enum xt_probe probe, const struct loader *loader)
{
	(void)probe;
	for (int i = 0; i < XT_PROBE_NR; i++) {
		if (loader->attempts[i].rung != RUNG_OFF && probe__is_timed(&probe_table[i]))
			return NULL;
	}
	return "no function is timed here";
}

/* The device of an interrupt that sysfs does not name: the one disk whose requests it completes. */
static void rename_learned(const struct tracer *tracer, uint32_t number, struct path_key *key)
{
	const struct layout *layout = tracer->layout;
	const struct xt_irq *irq;
	unsigned int disk;

	if (number < layout->irq || number >= layout->softirq || key->area != AREA_DISK ||
	    !(key->roles & PATH_IRQ))
		return;
	irq = &tracer->maps->irqs[layout->irq_of[number - layout->irq]];
	for (int after = 0; after < XT_IRQ_ACTIONS; after++) {
		disk = irq->disk[after];
		if (irq->slot[after] == number - layout->irq && disk && disk != XT_IRQ_DISKS)
			snprintf(key->device, sizeof(key->device), "%s",
				 blk__disk_name(layout, disk));
	}
}

/* Run by the loader to read runstate and to calibrate, and an empty one to measure dispatch. */
static const char *const extras[] = { "xt_runstate", "xt_calibrate", "xt_dispatch_tp", NULL };

const struct family family_core = {
	FAMILY(core, CORE), .needed = true,   .unused = unused,
	.range = range,	    .place = place,   .open = open_object,
	.destroy = destroy, .extras = extras, .rename = rename_learned,
};
