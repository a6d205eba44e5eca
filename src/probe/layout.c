// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/layout_parts.h"
#include "probe/table.h"

/* include/linux/interrupt.h, the order of the softirq vectors */
static const char *const softirq_names[XT_SOFTIRQS] = { "hi",	   "timer",    "net tx",  "net rx",
							"block",   "irq poll", "tasklet", "sched",
							"hrtimer", "rcu" };

/* Above this many CPUs the per-CPU event channels of a kind share one path (memory, DESIGN §6.7). */
#define IRQS_APART_CPUS 8

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

/* "timer3" of chip xen-percpu is CPU 3's: a kind's name without the CPU. */
static void strip_digits(char *name)
{
	size_t len = strlen(name);

	while (len > 1 && name[len - 1] >= '0' && name[len - 1] <= '9')
		name[--len] = '\0';
}

static void irq_key(struct path_key *key, const struct irq *irq, bool shared)
{
	char op[40], device[48];

	snprintf(device, sizeof(device), "%s", irq->device);
	snprintf(op, sizeof(op), "irq %u", irq->nr);
	if (shared) {
		strip_digits(device);
		snprintf(op, sizeof(op), "%s", irq->kind);
	}
	layout__name(key, KIND_CPU, irq->area, letter__mech(irq->letter), device, op, "handler");
	key->roles = shared ? 0 : PATH_IRQ;
}

/*
 * A process waits for this channel of /dev/xen/evtchn; the interrupt's action is "evtchn:" and the
 * process's name. All channels of one name have one path. Returns its number + 1.
 */
static uint32_t place_wake(struct layout *layout, const struct irq *irq)
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
		bool shared = !apart && strcmp(irq->chip, "xen-percpu") == 0;

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
			layout->irqs[irq->nr].wake = place_wake(layout, irq);
		if (irq->letter == LETTER_VS)
			layout->irqs[irq->nr].flags[irq->follows] = XT_IRQ_EMULATED;
	}
	layout->nr_irqs = used;
}

static uint32_t count_users(const struct platform *platform)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < platform->nr_irqs; i++)
		nr += strcmp(platform->irqs[i].kind, "user") == 0;
	return nr;
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
	return layout->irqs ? 0 : -ENOMEM;
}

/* Ranges, one family after the other. */
static int lay_out(struct layout *layout, const struct platform *platform,
		   const char *const *wanted, const char **why)
{
	uint32_t next = 0;
	int err;

	err = layout__range_disks(layout, platform, wanted, &next, why);
	if (err)
		return err;
	layout->irq = next;
	next += platform->nr_irqs + 1;
	layout->softirq = next;
	next += XT_SOFTIRQS;
	layout->upcall = next++;
	next = layout__range_calls(layout, next);
	next = layout__range_sites(layout, next);
	layout->wake = next;
	next += count_users(platform);
	next = layout__range_timer(layout, next);
	next = layout__range_mmu(layout, platform, next);
	next = layout__range_net(layout, platform, next);
	layout->scratch = next++;
	layout->nr_paths = next;
	return make_irqs(layout, platform);
}

int layout__new(struct layout **out, const struct platform *platform, const char *const *wanted,
		const char *const *nics, struct sites *sites, const char **why)
{
	struct layout *layout = calloc(1, sizeof(*layout));
	int err = -ENOMEM;

	if (!layout)
		return -ENOMEM;
	layout->cpus = platform->possible;
	layout->sites = sites;
	layout->runstate = platform__on_xen(platform);
	err = lay_out(layout, platform, wanted, why);
	if (err)
		goto out;
	err = -ENOMEM;
	layout->keys = calloc(layout->nr_paths, sizeof(*layout->keys));
	layout->owners = calloc(platform->nr_irqs + 1, sizeof(*layout->owners));
	layout->irq_of = calloc(platform->nr_irqs + 1, sizeof(*layout->irq_of));
	if (!layout->keys || !layout->owners || !layout->irq_of)
		goto out;
	err = layout__place_disks(layout, platform);
	if (err)
		goto out;
	place_irqs(layout, platform);
	layout__place_calls(layout, platform);
	layout__place_timer(layout, platform);
	layout__place_mmu(layout, platform);
	err = layout__place_net(layout, platform, nics, why);
	if (err)
		goto out;
	layout__place_sites(layout);
	for (uint32_t i = 0; i < XT_SOFTIRQS; i++)
		layout__name(&layout->keys[layout->softirq + i], KIND_CPU, AREA_INTERRUPT,
			     MECH_GUEST, "", softirq_names[i], "softirq");
	layout__name(&layout->keys[layout->upcall], KIND_CPU, AREA_EVTCHN, MECH_PV, "", "",
		     "upcall");
	layout__name(&layout->keys[layout->scratch], KIND_CPU, AREA_OTHER, MECH_GUEST, "", "",
		     "calibration");
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
	layout__free_disks(layout);
	free(layout->irqs);
	free(layout->nics);
	free(layout->keys);
	free(layout->owners);
	free(layout->irq_of);
	free(layout);
}
