// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about a PV disk's ring: what its requests are short of, and what its ends did not agree on. */
#include "model/rules.h"

#include <string.h>

#define RING_FULL_SHARE 0.05  /* of what a disk's requests waited */
#define DIRECT_PAGES	11    /* BLKIF_MAX_SEGMENTS_PER_REQUEST: what fits without indirect ones */
#define LARGE_BYTES	32768 /* in the mean, of 11 pages: most requests were cut or filled up */
#define GRANTS_MIN	1000  /* pages */
#define RING_CPU_SHARE	0.25  /* of one vCPU, by one ring */

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
	uint64_t device_ns = rule__legs_ns(row, PATH_DEVICE | PATH_BACK_END);

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
	if (!rule__knows_disks(q))
		return;
	for (size_t i = 0; i < q->ledger->nr_waits; i++)
		for (size_t n = 0; n < nr && rule__is_disk(&q->ledger->waits[i], MECH_PV); n++)
			ask_shortage(q, &q->ledger->waits[i], &shortages[n]);
}

/*
 * With an I/O scheduler a request waits in its queue until there is a place; without one the issuer
 * waits before there is a request, which nobody measures.
 */
static void ask_last_place(struct question *q, const struct queue_use *use)
{
	const struct disk *disk = platform__disk(q->platform, use->device);
	const struct wait_row *row = rule__busiest(q->ledger, use->device);
	struct disk_sum sum = rule__disk(q->ledger, use->device);
	double share = ledger__share(use->last_waited_ns, sum.waited_ns);
	struct finding *f;

	if (!disk || !row || disk->letter != LETTER_P || share < RING_FULL_SHARE ||
	    use->last < EVENTS_ENOUGH)
		return;
	f = rule__met(q, use->device);
	finding__say(f, "%s's requests wait in its queue until one of its %llu places is free",
		     use->device, (unsigned long long)use->places * use->queues);
	finding__figure(f,
			"%.2f s of %.2f s waited (%.1f %%), in the queue, by %s that took the last",
			use->last_waited_ns / 1e9, sum.waited_ns / 1e9, 100 * share,
			COUNT(use->last));
	expect_places(f, row, use->last_waited_ns);
	(disk->front == FRONT_BLKFRONT ? advise_ring : advise_queue)(f);
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

/* Blkfront disks of the platform that did something, in turn; NULL: no more. */
static const struct disk *next_front(const struct question *q, size_t *i)
{
	while (q->platform && *i < q->platform->nr_disks) {
		const struct disk *disk = &q->platform->disks[(*i)++];

		if (disk->front == FRONT_BLKFRONT &&
		    rule__disk(q->ledger, disk->name).count >= EVENTS_ENOUGH)
			return disk;
	}
	return NULL;
}

static double mean_bytes(uint64_t bytes, uint64_t requests)
{
	return requests ? (double)bytes / requests : 0;
}

static void show_sizes(struct finding *f, const struct disk_counts *counts)
{
	finding__figure(f, "%s reads of %.1f kB in the mean, %s writes of %.1f kB",
			COUNT(counts->reads), mean_bytes(counts->read_bytes, counts->reads) / 1e3,
			COUNT(counts->writes),
			mean_bytes(counts->write_bytes, counts->writes) / 1e3);
}

static bool is_large(uint64_t bytes, uint64_t requests)
{
	return requests >= EVENTS_ENOUGH && mean_bytes(bytes, requests) >= LARGE_BYTES;
}

/* Large I/O is cut into requests of 44 kB where the back end has no indirect descriptors. */
static void ask_no_indirect(struct question *q)
{
	const struct disk *disk;
	size_t i = 0;

	while ((disk = next_front(q, &i))) {
		const struct disk_counts *counts = rule__counts(q->snap, disk->name);
		struct finding *f;

		if (!disk->segments || disk->segments > DIRECT_PAGES || !counts ||
		    !(is_large(counts->read_bytes, counts->reads) ||
		      is_large(counts->write_bytes, counts->writes)))
			continue;
		f = rule__met(q, disk->name);
		finding__say(f, "%s has no indirect descriptors: I/O is cut into requests of %u kB",
			     disk->name, disk->segments * 4);
		show_sizes(f, counts);
		finding__figure(f, "%u pages a request at most", disk->segments);
		finding__do(
			f, REMEDY_HOST,
			"a back end that offers feature-max-indirect-segments (xen_blkback does)");
		finding__do(f, REMEDY_ARGUMENT,
			    "xen_blkfront.max_indirect_segments=32, if it was set "
			    "lower");
		finding__gain_unknown(f,
				      "up to 3 times fewer requests with 32 pages; what one costs "
				      "the back end is not seen from here");
		finding__check(f, "/sys/block/%s/queue/max_segments", disk->name);
	}
}

/* Each page is mapped and unmapped by the back end, or copied by Xen, for each request anew. */
static void ask_no_persistent(struct question *q)
{
	const struct disk *disk;
	size_t i = 0;

	while ((disk = next_front(q, &i))) {
		const struct disk_counts *counts = rule__counts(q->snap, disk->name);
		uint64_t pages = counts ? (counts->read_bytes + counts->write_bytes) / 4096 : 0;
		struct finding *f;

		if (disk->persistent != SETTING_OFF || pages < GRANTS_MIN)
			continue;
		f = rule__met(q, disk->name);
		finding__say(f, "%s's grants are not persistent: the back end maps each page anew",
			     disk->name);
		show_sizes(f, counts);
		finding__figure(f, "%s pages granted and mapped", COUNT(pages));
		finding__do(f, REMEDY_ARGUMENT,
			    "xen_blkfront.feature_persistent=1; the guest copies "
			    "each page then, which pays for small I/O");
		finding__gain_unknown(f, "maps are the back end's time, and copies the guest's");
	}
}

/*
 * One ring is one event channel, and so one vCPU that completes all requests. Above a quarter of a
 * vCPU it is a matter of what else that vCPU does.
 */
static void ask_one_ring(struct question *q)
{
	size_t vcpus = rule__online_vcpus(q->snap), i = 0;
	const struct disk *disk;

	while (vcpus > 1 && (disk = next_front(q, &i))) {
		struct cpu_sum cpu = rule__cpu(q->ledger, MECH_PV, AREA_DISK, disk->name);
		const struct queue_use *use = rule__queue(q->snap, disk->name);
		double share = ledger__share(cpu.ns, q->ledger->elapsed_ns);
		struct finding *f;

		if ((use ? use->queues : disk->hw_queues) > 1 || share < RING_CPU_SHARE)
			continue;
		f = rule__met(q, disk->name);
		finding__say(f, "%s has one ring for %zu vCPUs: one of them completes all requests",
			     disk->name, vcpus);
		finding__figure(f, "%.2f vCPU-s in its paths, %.1f %% of one vCPU; %ss an I/O",
				cpu.ns / 1e9, 100 * share,
				NS(cpu.events ? (double)cpu.ns / cpu.events : 0));
		finding__do(f, REMEDY_HOST, "more queues of the back end: xen_blkback.max_queues");
		finding__do(f, REMEDY_ARGUMENT, "xen_blkfront.max_queues, if it was set lower");
		finding__cost(f, KIND_CPU, cpu.ns);
		finding__gain_unknown(f, "the work is spread and not saved");
		finding__check(f, "the rings in SPECTRUM, and -C: the events by vCPU");
	}
}

static const struct rule rules[] = {
	{ "ring-full", ask_ring_full },	    { "grants-short", ask_grants_short },
	{ "no-indirect", ask_no_indirect }, { "no-persistent", ask_no_persistent },
	{ "one-ring", ask_one_ring },
};
RULES(ring_rules, rules);
