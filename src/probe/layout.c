// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "probe/layout_parts.h"
#include "probe/table.h"

#define NAME(id, name, ...) [id] = name,

static const char *const op_names[] = { XT_BLK_OPS(NAME) };

/* include/linux/interrupt.h, the order of the softirq vectors */
static const char *const softirq_names[XT_SOFTIRQS] = { "hi",	   "timer",    "net tx",  "net rx",
							"block",   "irq poll", "tasklet", "sched",
							"hrtimer", "rcu" };

/* Above this many CPUs the per-CPU event channels of a kind share one path (memory, DESIGN §6.7). */
#define IRQS_APART_CPUS 8

/* Room for a queue whose depth grows while tracing: nr_requests can be raised, schedulers change. */
#define TAGS_MIN 256

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

/* A leg's name and mechanism, by the disk's: a queue is the guest's own, a backend is not. */
static const char *leg_name(enum xt_blk_leg leg, bool blkfront)
{
	static const char *const names[] = { XT_BLK_LEGS(NAME) };

	if (blkfront && leg == XT_LEG_DEVICE)
		return "backend";
	return names[leg];
}

static enum mech leg_mech(enum xt_blk_leg leg, enum mech disk)
{
	return leg == XT_LEG_QUEUE || leg == XT_LEG_FINISH ? MECH_GUEST : disk;
}

static bool is_blkfront(const char *driver)
{
	return strcmp(driver, "blkfront") == 0;
}

/* Wait paths of a disk: operations, and in each of them legs. */
static uint32_t wait_paths(const char *driver)
{
	return XT_OP_NR * (is_blkfront(driver) ? XT_LEG_NR : XT_LEGS_COMMON);
}

static void name_disk(struct layout *layout, uint32_t slot, uint32_t path, const char *name,
		      const char *driver, enum mech mech)
{
	uint32_t legs = wait_paths(driver) / XT_OP_NR;

	for (unsigned int op = 0; op < XT_OP_NR; op++) {
		for (unsigned int leg = 0; leg < legs; leg++)
			layout__name(&layout->keys[path++], KIND_WAIT, AREA_DISK,
				     leg_mech(leg, mech), name, op_names[op],
				     leg_name(leg, is_blkfront(driver)));
	}
	layout__name(&layout->keys[layout->submit + slot], KIND_CPU, AREA_DISK, mech, name, "",
		     "submit");
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

/* Enter a disk into the table that BPF looks requests' disks up in. */
static void table_add(struct layout *layout, const struct xt_disk *disk, const char *name)
{
	for (uint32_t i = 0; i < XT_DISK_PROBES; i++) {
		struct xt_disk *at = &layout->disks[(xt_disk_hash(disk->dev) + i) % XT_DISK_TABLE];

		if (!at->dev) {
			*at = *disk;
			layout->disks_named += !!(disk->dev & XT_DISK_NAMED);
			return;
		}
	}
	elog("no room in the disk table for device %s: its requests go to \"other\"", name);
}

/* Slots for the requests of what has these queues and tags: a disk, or a path to it. */
static void place_requests(struct layout *layout, struct xt_disk *entry, unsigned int hw_queues,
			   unsigned int tags, unsigned int depth)
{
	entry->first = layout->nr_requests;
	entry->per_queue = (depth > TAGS_MIN ? depth : TAGS_MIN) + 1;
	entry->queues = hw_queues ? hw_queues : 1;
	entry->first_queue = layout->nr_queues;
	entry->places = tags;
	layout->nr_requests += entry->per_queue * entry->queues;
	layout->nr_queues += entry->queues;
}

static uint32_t key_of_name(const char *name)
{
	uint32_t words[XT_DISK_NAME / 4] = { 0 };

	memcpy(words, name, strnlen(name, sizeof(words) - 1));
	return xt_disk_named(words);
}

/*
 * The requests of a disk that has paths are its paths': each has slots of its own, and all of them
 * what is the disk's in `entry`. Returns whether there are any.
 */
static bool place_paths(struct layout *layout, const struct platform *platform,
			const struct disk *disk, const struct xt_disk *entry)
{
	bool any = false;

	for (size_t i = 0; i < platform->nr_paths; i++) {
		const struct disk_path *path = &platform->paths[i];
		struct xt_disk one = *entry;

		if (strcmp(path->disk, disk->name) != 0)
			continue;
		any = true;
		one.dev = path->major << 20 | path->minor;
		if (!one.dev)
			one.dev = key_of_name(path->name);
		if (!(one.flags & XT_DISK_IGNORED))
			place_requests(layout, &one, path->hw_queues, path->tags, path->depth);
		table_add(layout, &one, path->name);
	}
	return any;
}

static void place_disk(struct layout *layout, const struct platform *platform,
		       const struct disk *disk, struct xt_disk *entry)
{
	if (place_paths(layout, platform, disk, entry))
		return;
	entry->dev = disk->major << 20 | disk->minor;
	if (!(entry->flags & XT_DISK_IGNORED))
		place_requests(layout, entry, disk->hw_queues, disk->tags, disk->depth);
	table_add(layout, entry, disk->name);
}

static void place_disks(struct layout *layout, const struct platform *platform,
			const char *const *wanted)
{
	uint32_t slot = 1, path = layout->blk + wait_paths("");

	layout->nr_requests = XT_OTHER_REQUESTS;
	layout->nr_queues = 1; /* a map cannot be empty */
	name_disk(layout, 0, layout->blk, "other", "", MECH_UNATTRIBUTED);
	for (size_t i = 0; i < platform->nr_disks; i++) {
		const struct disk *disk = &platform->disks[i];
		struct xt_disk entry = { .flags = XT_DISK_IGNORED };

		if (disk->stacked || !layout__is_wanted(wanted, disk->name)) {
			place_disk(layout, platform, disk, &entry);
			continue;
		}
		entry.slot = slot;
		entry.flags = is_blkfront(disk->driver) ? XT_DISK_RING : 0;
		entry.paths = path;
		if (disk->letter == LETTER_VS && slot < 64)
			layout->emulated_disks |= 1ull << slot;
		place_disk(layout, platform, disk, &entry);
		name_disk(layout, slot++, path, disk->name, disk->driver,
			  letter__mech(disk->letter));
		path += wait_paths(disk->driver);
	}
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
}

/*
 * The path of a process that waits for a channel of /dev/xen/evtchn, whose action is
 * "evtchn:" and its name: a path a name. Returns the path's number + 1.
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

		if (irq->nr >= XT_IRQ_TABLE || irq->follows >= XT_IRQ_ACTIONS)
			continue;
		irq_key(&key, irq, shared);
		for (slot = 1; shared && slot < used; slot++) {
			if (memcmp(&layout->keys[layout->irq + slot], &key, sizeof(key)) == 0)
				break;
		}
		if (!shared || slot == used) {
			slot = used++;
			layout->keys[layout->irq + slot] = key;
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

/* Ranges, one family after the other. */
static void lay_out(struct layout *layout, const struct platform *platform)
{
	uint32_t next = 0;

	layout->blk = next;
	next += wait_paths("");
	for (size_t i = 0; i < platform->nr_disks; i++)
		next += wait_paths(platform->disks[i].driver);
	layout->submit = next;
	next += platform->nr_disks + 1;
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
}

int layout__new(struct layout **out, const struct platform *platform, const char *const *wanted,
		const char *const *nics, struct sites *sites)
{
	struct layout *layout = calloc(1, sizeof(*layout));

	if (!layout)
		return -ENOMEM;
	layout->cpus = platform->possible;
	layout->sites = sites;
	layout->runstate = platform__on_xen(platform);
	lay_out(layout, platform);
	layout->keys = calloc(layout->nr_paths, sizeof(*layout->keys));
	layout->owners = calloc(platform->nr_irqs + 1, sizeof(*layout->owners));
	if (!layout->keys || !layout->owners) {
		layout__free(layout);
		return -ENOMEM;
	}
	place_disks(layout, platform, wanted);
	place_irqs(layout, platform);
	layout__place_calls(layout, platform);
	layout__place_timer(layout, platform);
	layout__place_mmu(layout, platform);
	layout__place_net(layout, platform, nics);
	layout__place_sites(layout);
	for (uint32_t i = 0; i < XT_SOFTIRQS; i++)
		layout__name(&layout->keys[layout->softirq + i], KIND_CPU, AREA_INTERRUPT,
			     MECH_GUEST, "", softirq_names[i], "softirq");
	layout__name(&layout->keys[layout->upcall], KIND_CPU, AREA_EVTCHN, MECH_PV, "", "",
		     "upcall");
	layout__name(&layout->keys[layout->scratch], KIND_CPU, AREA_OTHER, MECH_GUEST, "", "",
		     "calibration");
	*out = layout;
	return 0;
}

void layout__free(struct layout *layout)
{
	if (!layout)
		return;
	free(layout->keys);
	free(layout->owners);
	free(layout);
}
