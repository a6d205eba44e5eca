// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The family that all others depend on: interrupt handlers, softirqs, task switches. It numbers
 * interrupts. Which devices they serve is entered in its table by the other families, or learned by
 * its programs.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/family.h"
#include "core.skel.h"

/* include/linux/interrupt.h, the order of the softirq vectors */
static const char *const softirq_names[XT_SOFTIRQS] = { "hi",	   "timer",    "net tx",  "net rx",
							"block",   "irq poll", "tasklet", "sched",
							"hrtimer", "rcu" };

/* Above this many CPUs the per-CPU event channels of a kind share one path, to save memory. */
#define IRQS_APART_CPUS 8

/* Interrupts that come while tracing need room in the table; they are counted as "other". */
#define IRQS_LEAST 4096
#define IRQS_MORE  1024
#define IRQS_MOST  (1u << 20)

static struct xt_core_config config;
static struct xt_irq *irqs; /* by number */
static uint32_t irq_numbers;
static uint32_t nr_slots;	  /* in use, with 0, "other" */
static const struct irq **irq_of; /* by slot: one of those that share it */

uint32_t core__irqs(void)
{
	return nr_slots;
}

uint32_t core__irq_path(uint32_t slot)
{
	return config.irq_path + slot;
}

const struct irq *core__channel(uint32_t slot)
{
	return irq_of[slot]->evtchn ? irq_of[slot] : NULL;
}

static int number(struct layout *layout)
{
	const struct platform *platform = layout->platform;

	config.irq_path = layout__paths(layout, platform->nr_irqs + 1);
	config.softirq_path = layout__paths(layout, XT_SOFTIRQS);
	config.scratch_path = layout__paths(layout, 1);
	irq_numbers = IRQS_LEAST;
	for (size_t i = 0; i < platform->nr_irqs; i++) {
		const unsigned int nr = platform->irqs[i].nr;

		if (nr < IRQS_MOST && nr + IRQS_MORE > irq_numbers)
			irq_numbers = nr + IRQS_MORE;
	}
	irq_of = layout__memory(layout, platform->nr_irqs + 1, sizeof(*irq_of));
	return layout->err;
}

static void name_irq(struct layout *layout, uint32_t slot, const struct irq *irq, bool shared)
{
	char op[40], device[48];
	struct path_key *key;

	snprintf(op, sizeof(op), "irq %u", irq->nr);
	snprintf(device, sizeof(device), "%.*s", shared ? (int)irq->stem : (int)sizeof(device) - 1,
		 irq->device);
	key = layout__name(layout, core__irq_path(slot), KIND_CPU, irq->area,
			   letter__mech(irq->letter), device, shared ? irq->kind : op, "handler");
	key->roles = shared ? 0 : PATH_IRQ;
	key->stem = shared ? 0 : irq->stem;
}

/* The slot of another CPU's channel of the same kind, if it is numbered already; else this one. */
static uint32_t slot_of_kind(const struct layout *layout, uint32_t slot)
{
	for (uint32_t i = 1; i < slot; i++) {
		if (path_key__equal(&layout->keys[core__irq_path(i)],
				    &layout->keys[core__irq_path(slot)]))
			return i;
	}
	return slot;
}

static void place_irq(struct layout *layout, const struct irq *irq)
{
	const bool shared = irq->stem && layout->cpus > IRQS_APART_CPUS;
	struct xt_irq *entry = &irqs[irq->nr];
	uint32_t slot = nr_slots;

	name_irq(layout, slot, irq, shared);
	if (shared)
		slot = slot_of_kind(layout, slot);
	if (slot == nr_slots)
		irq_of[nr_slots++] = irq;
	entry->slot[irq->follows] = slot;
	if (irq->letter == LETTER_VS)
		entry->flags[irq->follows] = XT_IRQ_EMULATED;
	for (int i = 0; i < FAMILIES; i++) {
		if (families[i]->serve)
			families[i]->serve(layout, irq, entry);
	}
}

static int place(struct layout *layout)
{
	const struct platform *platform = layout->platform;

	layout__map(layout, "xt_parked", sizeof(struct xt_parked), layout->cpus * XT_PARKED);
	irqs = layout__map(layout, "xt_irqs", sizeof(*irqs), irq_numbers);
	if (!irqs)
		return layout->err;
	layout__name(layout, config.irq_path, KIND_CPU, AREA_INTERRUPT, MECH_UNATTRIBUTED, "other",
		     "", "handler");
	nr_slots = 1;
	for (size_t i = 0; i < platform->nr_irqs; i++) {
		const struct irq *irq = &platform->irqs[i];

		if (irq->nr < irq_numbers && irq->follows < XT_IRQ_ACTIONS)
			place_irq(layout, irq);
	}
	for (uint32_t i = 0; i < XT_SOFTIRQS; i++)
		layout__name(layout, config.softirq_path + i, KIND_CPU, AREA_INTERRUPT, MECH_GUEST,
			     "", softirq_names[i], "softirq");
	return 0;
}

FAMILY_OBJECT(core)

/*
 * Softirqs and task switches matter only where something is timed that they could interrupt, and
 * softirqs where owners are asked for, which they have not. The other families are loaded before
 * this one.
 */
static const char *unused(enum xt_probe probe, const struct loader *loader)
{
	if (probe == XT_P_SWITCH && !features__preempts())
		return "no task is preempted inside this kernel";
	/* who is at work: see in_interrupt() of who.bpf.h */
	if (probe != XT_P_SWITCH && (loader->layout->wanted->by || *loader->layout->wanted->only))
		return NULL;
	for (int i = 0; i < XT_PROBE_NR; i++) {
		if (loader->attempts[i].rung != RUNG_OFF && probe__is_timed(&probe_table[i]))
			return NULL;
	}
	return "no function is timed here";
}

/* Name an interrupt, which sysfs does not, by the device that its handler was seen to serve. */
static void rename_served(uint32_t path, struct path_key *key)
{
	const uint32_t slot = path - config.irq_path;
	const struct xt_irq *irq;

	if (path < config.irq_path || path >= config.softirq_path || !(key->roles & PATH_IRQ))
		return;
	irq = &irqs[irq_of[slot]->nr];
	for (int after = 0; after < XT_IRQ_ACTIONS; after++) {
		unsigned int device = irq->served[after];

		if (irq->slot[after] != slot || !device || device == XT_IRQ_SEVERAL)
			continue;
		for (int i = 0; i < FAMILIES; i++) {
			if (families[i]->served)
				families[i]->served(device, key);
		}
	}
}

/* The loader runs these to read runstate, to calibrate, and to measure the call of a program. */
static const char *const extras[] = { "xt_runstate", "xt_calibrate", "xt_dispatch_tp", NULL };

/* At the entry and the exit of a softirq, but of those of packets. */
static const struct follows follows = { .what = XT_RATE_SOFTIRQS, .programs = 2 };

const struct family family_core = {
	FAMILY(core, CORE), .needed = true,   .unused = unused,	       .number = number,
	.place = place,	    .extras = extras, .rename = rename_served, .follows = &follows,
};
