// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about disks: what serves them, and what they are used for. */
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

#define SWAPPED_MIN 1000  /* pages: 4 MB */
#define FLUSH_SHARE 0.5	  /* of what a disk's requests waited */
#define WRITES_MAX  4	  /* for each flush: a group commit has more */
#define SMALL_WRITE 65536 /* bytes in the mean */

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
	uint64_t requests = 0;

	if (!cpu->ns) {
		finding__gain_unknown(f, "the vCPU time of its path was not measured");
		return;
	}
	finding__cost(f, KIND_CPU, cpu->ns);
	if (pv) {
		rival = rule__cpu(q->ledger, MECH_PV, AREA_DISK, pv->device);
		requests = rule__disk(q->ledger, pv->device).count;
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
	struct disk_sum sum = rule__disk(q->ledger, row->device);
	char mean[MEAN_LEN];

	finding__figure(f, "%.2f s waited by %s I/Os, %s mean %s", sum.waited_ns / 1e9,
			COUNT(sum.count), row->op, rule__mean(mean, row));
	if (pv)
		finding__figure(f, "%s %s in this run: mean %s", pv->device, pv->op,
				rule__mean(mean, pv));
	if (cpu.ns)
		show_cpu_cost(q, f, &cpu, sum.count);
	expect_emulated(q, f, &cpu, pv, sum.count);
}

static void ask_emulated_disk(struct question *q)
{
	if (!rule__knows_disks(q))
		return;
	for (size_t i = 0; i < q->ledger->nr_waits; i++) {
		const struct wait_row *row = &q->ledger->waits[i];
		struct finding *f;

		if (!rule__is_disk(row, MECH_EMULATED) ||
		    rule__busiest(q->ledger, row->device) != row)
			continue;
		if (rule__disk(q->ledger, row->device).count < EVENTS_ENOUGH)
			continue;
		f = rule__met(q, row->device);
		describe_emulated(f, row->device, platform__disk(q->platform, row->device),
				  rule__has_virtio(q->platform));
		show_emulated_cost(q, f, row);
	}
}

/*
 * Both paths to one disk in use: each has a cache of its own, so that what is written by one may
 * never be seen by the other, or be written over.
 */
static void ask_same_disk_twice(struct question *q)
{
	if (!rule__knows_disks(q))
		return;
	for (size_t i = 0; q->platform && i < q->platform->nr_disks; i++) {
		const struct disk *disk = &q->platform->disks[i];
		struct disk_sum emulated = rule__disk(q->ledger, disk->name);
		struct disk_sum pv = rule__disk(q->ledger, disk->same_as);
		struct cpu_sum cpu;
		struct finding *f;

		if (disk->letter != LETTER_VS || !*disk->same_as ||
		    emulated.count < EVENTS_ENOUGH || pv.count < EVENTS_ENOUGH)
			continue;
		f = rule__met(q, disk->name);
		finding__say(f,
			     "%s and %s are one disk and both are used: what one writes the other "
			     "may not see, or write over",
			     disk->name, disk->same_as);
		finding__figure(f, "%s I/Os by %s, %s by %s", COUNT(emulated.count), disk->name,
				COUNT(pv.count), disk->same_as);
		finding__exclude(f, "two disks of equal size: they have one place in the guest's "
				    "configuration");
		finding__do(f, REMEDY_LIVE, "use %s alone, by UUID or label", disk->same_as);
		cpu = emulated_cpu(q->ledger, disk->name);
		finding__cost(f, KIND_CPU, cpu.ns);
		finding__gain_unknown(f, "it is the data that is in danger");
		finding__check(f, "lsblk -f: each UUID is mounted once");
	}
}

/* Memory that is short waits for the device model, page by page. */
static void ask_swap_on_emulated(struct question *q)
{
	const struct kernel_counts *kernel = &q->snap->kernel;

	for (size_t i = 0; q->platform && i < q->platform->nr_disks; i++) {
		const struct disk *disk = &q->platform->disks[i];
		const struct wait_row *row = rule__busiest(q->ledger, disk->name);
		char mean[MEAN_LEN];
		struct finding *f;

		if (!disk->swap || disk->letter != LETTER_VS ||
		    kernel->swapped_in + kernel->swapped_out < SWAPPED_MIN)
			continue;
		f = rule__met(q, disk->name);
		finding__say(f, "the guest swaps to %s, which is emulated", disk->name);
		finding__figure(f, "%s pages swapped in, %s out", COUNT(kernel->swapped_in),
				COUNT(kernel->swapped_out));
		if (row)
			finding__figure(f, "%s %s: mean %s", row->device, row->op,
					rule__mean(mean, row));
		if (*disk->same_as)
			finding__do(f, REMEDY_LIVE,
				    "swapoff there, swapon %s: the same disk, by blkfront",
				    disk->same_as);
		else
			finding__do(f, REMEDY_HOST, "swap on a PV disk, or more memory");
		finding__gain_unknown(f, "swapping is no file's I/O, and not told apart from it");
		finding__check(f, "/proc/swaps, and vmstat 1");
	}
}

static void show_writes(struct finding *f, const struct disk_counts *counts,
			const struct disk_sum *sum)
{
	finding__figure(f, "%.2f s of %.2f s waited (%.1f %%) for %s flushes", sum->flush_ns / 1e9,
			sum->waited_ns / 1e9, 100 * ledger__share(sum->flush_ns, sum->waited_ns),
			COUNT(sum->flush_count));
	finding__figure(f, "%.1f writes for each, of %.1f kB in the mean",
			(double)counts->writes / sum->flush_count,
			counts->writes ? counts->write_bytes / 1e3 / counts->writes : 0);
}

/* A flush waits for all that was written before, so its price is shared by few small writes. */
static bool is_flushed(const struct disk_counts *counts, const struct disk_sum *sum)
{
	return sum->flush_count >= EVENTS_ENOUGH && sum->flush_ns >= FLUSH_SHARE * sum->waited_ns &&
	       counts && counts->writes <= WRITES_MAX * sum->flush_count &&
	       counts->write_bytes <= SMALL_WRITE * counts->writes;
}

static void ask_flushes(struct question *q)
{
	if (!rule__knows_disks(q))
		return;
	for (size_t i = 0; i < q->ledger->nr_waits; i++) {
		const struct wait_row *row = &q->ledger->waits[i];
		const struct disk_counts *counts = rule__counts(q->snap, row->device);
		struct disk_sum sum = rule__disk(q->ledger, row->device);
		struct finding *f;

		if (row->area != AREA_DISK || row->stacked ||
		    rule__busiest(q->ledger, row->device) != row || !is_flushed(counts, &sum))
			continue;
		f = rule__met(q, row->device);
		finding__say(f, "%s's requests wait for flushes, each after few small writes",
			     row->device);
		show_writes(f, counts, &sum);
		finding__exclude(f, "writes and reads themselves: %.1f %% of the wait",
				 100 - 100 * ledger__share(sum.flush_ns, sum.waited_ns));
		finding__do(f, REMEDY_LIVE,
			    "fewer fsync(): commits in groups, a log on another disk");
		finding__do(f, REMEDY_HOST, "storage that answers flushes from a protected cache");
		finding__cost(f, KIND_WAIT, sum.flush_ns);
		finding__gain(f, KIND_WAIT, 0, sum.flush_ns);
	}
}

static const struct rule rules[] = {
	{ "emulated-disk", ask_emulated_disk },
	{ "same-disk-twice", ask_same_disk_twice },
	{ "swap-on-emulated", ask_swap_on_emulated },
	{ "small-writes-with-flush", ask_flushes },
};
RULES(disk_rules, rules);
