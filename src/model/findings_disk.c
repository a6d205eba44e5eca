// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about disks: what serves them, and what a PV disk's requests are short of. */
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

#define RING_FULL_SHARE 0.05 /* of what a disk's requests waited */

/* The first row of a device is its busiest: rows are sorted by waited time. */
static bool is_first_of_device(const struct ledger *ledger, const struct wait_row *row)
{
	for (const struct wait_row *r = ledger->waits; r < row; r++)
		if (r->area == row->area && !strcmp(r->device, row->device))
			return false;
	return true;
}

static bool is_off(struct question *q)
{
	if (!rule__family_is_off(q->snap, "blk"))
		return false;
	rule__untestable(q, "no probe of family blk is on");
	return true;
}

/* Emulated ones. */

static const struct wait_row *busiest_pv(const struct ledger *ledger, const char *op)
{
	const struct wait_row *best = NULL;

	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		if (!rule__is_disk(row, MECH_PV) || strcmp(row->op, op))
			continue;
		if (!best || row->count > best->count)
			best = row;
	}
	return best;
}

static void sum_device(const struct ledger *ledger, const char *device, uint64_t *count,
		       uint64_t *waited_ns)
{
	*count = *waited_ns = 0;
	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		if (row->area == AREA_DISK && !strcmp(row->device, device)) {
			*count += row->count;
			*waited_ns += row->waited_ns;
		}
	}
}

/*
 * vCPU time of an emulated disk. Its controller's interrupt serves all disks behind it, so that is
 * counted only when no other emulated disk did any I/O.
 */
static struct cpu_sum emulated_cpu(const struct ledger *ledger, const char *device)
{
	bool alone = true;

	for (size_t i = 0; i < ledger->nr_waits; i++)
		if (rule__is_disk(&ledger->waits[i], MECH_EMULATED) &&
		    strcmp(ledger->waits[i].device, device))
			alone = false;
	return rule__cpu(ledger, MECH_EMULATED, AREA_DISK, alone ? NULL : device);
}

/* "sda (/var/lib/pg) is emulated ahci and is the same disk as xvda (blkfront)" */
static void describe_emulated(struct finding *f, const char *device, const struct disk *disk,
			      bool is_virtio)
{
	char mounts[48] = "", driver[40] = "", twin[72] = "";

	if (disk && *disk->mounts)
		snprintf(mounts, sizeof(mounts), " (%.40s)", disk->mounts);
	if (disk && *disk->driver)
		snprintf(driver, sizeof(driver), " %s", disk->driver);
	if (disk && *disk->same_as)
		snprintf(twin, sizeof(twin), " and is the same disk as %s (blkfront)",
			 disk->same_as);
	finding__say(f, "%s%s is emulated%s%s", device, mounts, driver, twin);
	if (*twin)
		finding__do(f, REMEDY_LIVE, "mount it from %s, by UUID or label", disk->same_as);
	else
		finding__do(f, REMEDY_HOST, "attach the volume as a %s disk",
			    is_virtio ? "virtio" : "PV (blkfront)");
}

/* The vCPU time that its requests took; what the device model held is known by runstate only. */
static void show_cpu_cost(const struct question *q, struct finding *f, const struct cpu_sum *cpu,
			  uint64_t count)
{
	char held[64] = "";

	if (q->snap->cpu.has_runstate)
		snprintf(held, sizeof(held), " in its path, %.2f held by the device model",
			 cpu->held_ns / 1e9);
	finding__figure(f, "%.2f vCPU-s (%.1f %% of CPU)%s; %ss an I/O", cpu->ns / 1e9,
			100 * ledger__share(cpu->ns, q->ledger->cpu.total_ns), held,
			NS((double)cpu->ns / count));
}

/*
 * On blkfront no register of a device is left, so what the device model held is gone; what is left
 * is what a PV disk's requests take, where this run had some.
 */
static void expect_emulated(const struct question *q, struct finding *f, const struct cpu_sum *cpu,
			    const struct wait_row *pv, uint64_t count)
{
	struct cpu_sum rival = {};
	uint64_t requests = 0, waited_ns;

	if (!cpu->ns) {
		finding__gain_unknown(f, "the vCPU time of its path was not measured");
		return;
	}
	finding__cost(f, KIND_CPU, cpu->ns);
	if (pv) {
		rival = rule__cpu(q->ledger, MECH_PV, AREA_DISK, pv->device);
		sum_device(q->ledger, pv->device, &requests, &waited_ns);
	}
	if (requests < EVENTS_ENOUGH)
		rival.ns = requests = 0;
	finding__gain(f, KIND_CPU, cpu->held_ns,
		      cpu->ns - (requests ? (double)rival.ns / requests * count : 0));
}

/* The evidence: what was waited, what blkfront did meanwhile, and what it cost. */
static void show_emulated_cost(const struct question *q, struct finding *f,
			       const struct wait_row *row)
{
	const struct wait_row *pv = busiest_pv(q->ledger, row->op);
	struct cpu_sum cpu = emulated_cpu(q->ledger, row->device);
	uint64_t count, waited_ns;
	char mean[MEAN_LEN];

	sum_device(q->ledger, row->device, &count, &waited_ns);
	finding__figure(f, "%.2f s waited by %s I/Os, %s mean %s", waited_ns / 1e9, COUNT(count),
			row->op, rule__mean(mean, row));
	if (pv)
		finding__figure(f, "%s %s in this run: mean %s", pv->device, pv->op,
				rule__mean(mean, pv));
	if (cpu.ns)
		show_cpu_cost(q, f, &cpu, count);
	expect_emulated(q, f, &cpu, pv, count);
}

static void ask_emulated_disk(struct question *q)
{
	if (is_off(q))
		return;
	for (size_t i = 0; i < q->ledger->nr_waits; i++) {
		const struct wait_row *row = &q->ledger->waits[i];
		uint64_t count, waited_ns;
		struct finding *f;

		if (!rule__is_disk(row, MECH_EMULATED) || !is_first_of_device(q->ledger, row))
			continue;
		sum_device(q->ledger, row->device, &count, &waited_ns);
		if (count < EVENTS_ENOUGH)
			continue;
		f = rule__met(q, row->device);
		describe_emulated(f, row->device, platform__disk(q->platform, row->device),
				  rule__has_virtio(q->platform));
		show_emulated_cost(q, f, row);
	}
}

/* Shortages of a PV disk. */

/* Why a PV disk's requests had to be issued again, and what helps. */
struct shortage {
	enum path_role leg;
	const char *what;
	void (*advise)(struct finding *f);
};

static void advise_ring(struct finding *f)
{
	finding__do(f, REMEDY_ARGUMENT,
		    "a larger ring or more queues: xen_blkfront.max_ring_page_order, .max_queues");
	finding__do(f, REMEDY_HOST,
		    "the same of the back end: xen_blkback.max_ring_page_order, "
		    ".max_queues; what it does not offer the guest cannot have");
}

static void advise_queue(struct finding *f)
{
	finding__do(f, REMEDY_HOST, "larger or more queues, as the back end permits");
}

static void advise_grants(struct finding *f)
{
	finding__do(f, REMEDY_HOST,
		    "a larger grant table: max_grant_frames of the guest, "
		    "gnttab_max_frames of Xen");
}

/* What was waited for a place may be waited in the back end instead, if that is what is slow. */
static void expect_places(struct finding *f, const struct wait_row *row, uint64_t ns)
{
	uint64_t device_ns = rule__legs_ns(row, PATH_DEVICE);

	finding__cost(f, KIND_WAIT, ns);
	finding__gain(f, KIND_WAIT, 0, ns);
	finding__exclude(f, "%s itself: %.1f %% of the wait, %ss a request",
			 row->mech == MECH_PV ? "the back end" : "the device",
			 100 * ledger__share(device_ns, row->waited_ns),
			 NS((double)device_ns / row->count));
}

static void ask_shortage(struct question *q, const struct wait_row *row,
			 const struct shortage *shortage)
{
	uint64_t ns = rule__legs_ns(row, shortage->leg);
	double share = ledger__share(ns, row->waited_ns);
	struct finding *f;

	if (share < RING_FULL_SHARE || row->count < EVENTS_ENOUGH)
		return;
	f = rule__met(q, row->device);
	finding__say(f, "%s %s %s", row->device, row->op, shortage->what);
	finding__figure(f, "%.2f s of %.2f s waited (%.1f %%), %ss an I/O; %.1f in flight",
			ns / 1e9, row->waited_ns / 1e9, 100 * share, NS((double)ns / row->count),
			row->in_flight);
	expect_places(f, row, ns);
	shortage->advise(f);
}

static void ask_shortages(struct question *q, const struct shortage *shortages, size_t nr)
{
	if (is_off(q))
		return;
	for (size_t i = 0; i < q->ledger->nr_waits; i++)
		for (size_t n = 0; n < nr && rule__is_disk(&q->ledger->waits[i], MECH_PV); n++)
			ask_shortage(q, &q->ledger->waits[i], &shortages[n]);
}

/* The busiest row of a disk; NULL if it did nothing. */
static const struct wait_row *busiest_of(const struct ledger *ledger, const char *device)
{
	for (size_t i = 0; i < ledger->nr_waits; i++)
		if (ledger->waits[i].area == AREA_DISK && !strcmp(ledger->waits[i].device, device))
			return &ledger->waits[i];
	return NULL;
}

/*
 * With an I/O scheduler a request waits in its queue until there is a place; without one the issuer
 * waits before there is a request, which nobody measures.
 */
static void ask_last_place(struct question *q, const struct queue_use *use)
{
	const struct disk *disk = platform__disk(q->platform, use->device);
	const struct wait_row *row = busiest_of(q->ledger, use->device);
	struct finding *f;
	uint64_t count, waited_ns;
	double share;

	sum_device(q->ledger, use->device, &count, &waited_ns);
	share = ledger__share(use->last_waited_ns, waited_ns);
	if (!disk || !row || disk->letter != LETTER_P || share < RING_FULL_SHARE ||
	    use->last < EVENTS_ENOUGH)
		return;
	f = rule__met(q, use->device);
	finding__say(f, "%s's requests wait in its queue until one of its %llu places is free",
		     use->device, (unsigned long long)use->places * use->queues);
	finding__figure(f,
			"%.2f s of %.2f s waited (%.1f %%), in the queue, by %s that took the last",
			use->last_waited_ns / 1e9, waited_ns / 1e9, 100 * share, COUNT(use->last));
	expect_places(f, row, use->last_waited_ns);
	(strcmp(disk->driver, "blkfront") ? advise_queue : advise_ring)(f);
}

static void ask_ring_full(struct question *q)
{
	static const struct shortage shortages[] = {
		{ PATH_RING_FULL, "waits for a place in its ring", advise_ring },
		/* other drivers do not say whether their queue was full */
		{ PATH_REQUEUED, "is given back by its driver and waits to be issued again",
		  advise_queue },
	};

	ask_shortages(q, shortages, sizeof(shortages) / sizeof(shortages[0]));
	for (size_t i = 0; i < q->snap->nr_queues; i++)
		ask_last_place(q, &q->snap->queues[i]);
}

static void ask_grants_short(struct question *q)
{
	static const struct shortage shortage = {
		PATH_GRANTS_SHORT, "waits for grant references: the guest has none left",
		advise_grants
	};

	ask_shortages(q, &shortage, 1);
}

static const struct rule rules[] = {
	{ "emulated-disk", ask_emulated_disk },
	{ "ring-full", ask_ring_full },
	{ "grants-short", ask_grants_short },
};
RULES(disk_rules, rules);
