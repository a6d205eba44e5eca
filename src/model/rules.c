// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The rules. Each reads the ledger and the platform, and claims nothing without a figure of this
 * run. A new rule is a function here and a row in the table of findings.c.
 */
#include "model/rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/units.h"

#define STEAL_SHARE	0.05 /* of vCPU time */
#define RING_FULL_SHARE 0.05 /* of what a disk's requests waited */

/* How to see whether a change helped. */
#define CHECK_AGAIN "trace the same load again"

#define set(field, ...) snprintf(field, sizeof(field), __VA_ARGS__)

/* A run whose probes are not listed (a test's literal) is taken at its word. */
static bool family_is_off(const struct snapshot *snap, const char *family)
{
	bool known = false;

	for (size_t i = 0; i < snap->nr_probes; i++) {
		if (strcmp(snap->probes[i].family, family))
			continue;
		if (snap->probes[i].rung != RUNG_OFF)
			return false;
		known = true;
	}
	return known;
}

static const struct disk *find_disk(const struct platform *platform, const char *name)
{
	for (size_t i = 0; platform && i < platform->nr_disks; i++)
		if (!strcmp(platform->disks[i].name, name))
			return &platform->disks[i];
	return NULL;
}

static bool is_disk_row(const struct wait_row *row, enum mech mech)
{
	return row->area == AREA_DISK && row->mech == mech && row->count && !row->stacked;
}

/* The first row of a device is its busiest: rows are sorted by waited time. */
static bool is_first_of_device(const struct ledger *ledger, const struct wait_row *row)
{
	for (const struct wait_row *r = ledger->waits; r < row; r++)
		if (r->area == row->area && !strcmp(r->device, row->device))
			return false;
	return true;
}

static const struct wait_row *busiest_pv(const struct ledger *ledger, const char *op)
{
	const struct wait_row *best = NULL;

	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		if (!is_disk_row(row, MECH_PV) || strcmp(row->op, op))
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
static void sum_emulated_cpu(const struct ledger *ledger, const char *device, struct cpu_row *sum)
{
	bool alone = true;

	*sum = (struct cpu_row) {};
	for (size_t i = 0; i < ledger->nr_waits; i++)
		if (is_disk_row(&ledger->waits[i], MECH_EMULATED) &&
		    strcmp(ledger->waits[i].device, device))
			alone = false;
	for (size_t i = 0; i < ledger->cpu.nr_rows; i++) {
		const struct cpu_row *row = &ledger->cpu.rows[i];

		if (row->mech != MECH_EMULATED || row->area != AREA_DISK ||
		    (!alone && strcmp(row->device, device)))
			continue;
		sum->ns += row->ns;
		sum->held_ns += row->held_ns;
	}
}

/* "sda (/var/lib/pg) is emulated ahci and is the same disk as xvda (blkfront)" */
static void describe_emulated(struct finding *f, const struct wait_row *row,
			      const struct disk *disk, bool is_virtio)
{
	char mounts[48] = "", driver[40] = "", twin[72] = "";

	if (disk && *disk->mounts)
		set(mounts, " (%.40s)", disk->mounts);
	if (disk && *disk->driver)
		set(driver, " %s", disk->driver);
	if (disk && *disk->same_as)
		set(twin, " and is the same disk as %s (blkfront)", disk->same_as);
	set(f->subject, "%s", row->device);
	set(f->what, "%s%s is emulated%s%s", row->device, mounts, driver, twin);
	if (*twin)
		set(f->action, "mount it from %s, by UUID or label", disk->same_as);
	else
		set(f->action, "attach the volume as a %s disk",
		    is_virtio ? "virtio" : "PV (blkfront)");
	set(f->check, "%s", CHECK_AGAIN);
}

/* The vCPU time that its requests took; what the device model held is known by runstate only. */
static void show_cpu_cost(const struct question *q, char *figure, size_t size,
			  const struct cpu_row *cpu, uint64_t count)
{
	char each[UNITS_LEN], held[64] = "";

	if (q->snap->cpu.has_runstate)
		set(held, " in its path, %.2f held by the device model", cpu->held_ns / 1e9);
	units__ns(each, (double)cpu->ns / count);
	snprintf(figure, size, "%.2f vCPU-s (%.1f %% of CPU)%s; %ss an I/O", cpu->ns / 1e9,
		 100 * ledger__share(cpu->ns, q->ledger->cpu.total_ns), held, each);
}

/* The evidence: what was waited, what blkfront did meanwhile, and what it cost. */
static void show_emulated_cost(const struct question *q, struct finding *f,
			       const struct wait_row *row)
{
	const struct wait_row *pv = busiest_pv(q->ledger, row->op);
	char n[UNITS_LEN], mean[UNITS_LEN];
	struct cpu_row cpu;
	uint64_t count, waited_ns;
	size_t used = 0;

	sum_device(q->ledger, row->device, &count, &waited_ns);
	units__count(n, count);
	units__ns(mean, row->mean_ns);
	set(f->figures[used++], "%.2f s waited by %s I/Os, %s mean %ss", waited_ns / 1e9, n,
	    row->op, mean);
	if (pv) {
		units__ns(mean, pv->mean_ns);
		set(f->figures[used++], "%s %s in this run: mean %ss", pv->device, pv->op, mean);
	}
	sum_emulated_cpu(q->ledger, row->device, &cpu);
	if (cpu.ns)
		show_cpu_cost(q, f->figures[used], sizeof(f->figures[used]), &cpu, count);
}

int rule__emulated_disk(struct question *q)
{
	if (family_is_off(q->snap, "blk"))
		return question__untestable(q, "no probe of family blk is on");
	for (size_t i = 0; i < q->ledger->nr_waits; i++) {
		const struct wait_row *row = &q->ledger->waits[i];
		struct finding *f;

		if (!is_disk_row(row, MECH_EMULATED) || !is_first_of_device(q->ledger, row))
			continue;
		f = question__answer(q, FINDING_MET);
		if (!f)
			return -ENOMEM;
		describe_emulated(f, row, find_disk(q->platform, row->device),
				  q->platform &&
					  (q->platform->boot == BOOT_KVM || q->platform->not_xen));
		show_emulated_cost(q, f, row);
	}
	return 0;
}

/* Why a PV disk's requests had to be issued again, and what helps. */
struct shortage {
	const char *leg, *what, *action;
};

static int test_shortage(struct question *q, const struct wait_row *row,
			 const struct shortage *shortage)
{
	const struct wait_leg *leg = NULL;
	char each[UNITS_LEN];
	struct finding *f;
	double share;

	for (size_t i = 0; i < row->nr_legs; i++)
		if (!strcmp(row->legs[i].name, shortage->leg))
			leg = &row->legs[i];
	if (!leg || ledger__share(leg->ns, row->waited_ns) < RING_FULL_SHARE)
		return 0;
	share = ledger__share(leg->ns, row->waited_ns);
	f = question__answer(q, FINDING_MET);
	if (!f)
		return -ENOMEM;
	set(f->subject, "%s", row->device);
	set(f->what, "%s %s %s", row->device, row->op, shortage->what);
	units__ns(each, leg->share_ns);
	set(f->figures[0], "%.2f s of %.2f s waited (%.1f %%), %ss an I/O; %.1f in flight",
	    leg->ns / 1e9, row->waited_ns / 1e9, 100 * share, each, row->in_flight);
	set(f->action, "%s", shortage->action);
	set(f->check, "%s", CHECK_AGAIN);
	return 0;
}

static int test_shortages(struct question *q, const struct shortage *shortages, size_t nr)
{
	int err = 0;

	if (family_is_off(q->snap, "blk"))
		return question__untestable(q, "no probe of family blk is on");
	for (size_t i = 0; i < q->ledger->nr_waits && !err; i++) {
		if (!is_disk_row(&q->ledger->waits[i], MECH_PV))
			continue;
		for (size_t n = 0; n < nr && !err; n++)
			err = test_shortage(q, &q->ledger->waits[i], &shortages[n]);
	}
	return err;
}

#define LARGER_RING                                                                           \
	"larger ring or more queues: xen_blkfront.max_ring_page_order, .max_queues (backend " \
	"permitting)"
#define LARGER_QUEUE "larger or more queues, as the backend permits"

/*
 * With an I/O scheduler a request waits in its queue until there is a place; without one the issuer
 * waits before there is a request, which nobody measures.
 */
static int test_last_place(struct question *q, const struct queue_use *use)
{
	const struct disk *disk = find_disk(q->platform, use->device);
	char n[UNITS_LEN];
	struct finding *f;
	uint64_t count, waited_ns;

	sum_device(q->ledger, use->device, &count, &waited_ns);
	if (!disk || disk->letter != LETTER_P ||
	    ledger__share(use->last_waited_ns, waited_ns) < RING_FULL_SHARE)
		return 0;
	f = question__answer(q, FINDING_MET);
	if (!f)
		return -ENOMEM;
	set(f->subject, "%s", use->device);
	set(f->what, "%s's requests wait in its queue until one of its %llu places is free",
	    use->device, (unsigned long long)use->places * use->queues);
	units__count(n, use->last);
	set(f->figures[0],
	    "%.2f s of %.2f s waited (%.1f %%), in the queue, by %s that took the last",
	    use->last_waited_ns / 1e9, waited_ns / 1e9,
	    100 * ledger__share(use->last_waited_ns, waited_ns), n);
	set(f->action, "%s", strcmp(disk->driver, "blkfront") ? LARGER_QUEUE : LARGER_RING);
	set(f->check, "%s", CHECK_AGAIN);
	return 0;
}

int rule__ring_full(struct question *q)
{
	static const struct shortage shortages[] = {
		{ "ring full", "waits for a place in its ring", LARGER_RING },
		/* other drivers do not say whether their queue was full */
		{ "requeue", "is given back by its driver and waits to be issued again",
		  LARGER_QUEUE },
	};

	int err = test_shortages(q, shortages, sizeof(shortages) / sizeof(shortages[0]));

	for (size_t i = 0; i < q->snap->nr_queues && !err; i++)
		err = test_last_place(q, &q->snap->queues[i]);
	return err;
}

int rule__grants_short(struct question *q)
{
	static const struct shortage shortage = {
		"grants short", "waits for grant references: the guest has none left",
		"a larger grant table: max_grant_frames of the guest, gnttab_max_frames of Xen"
	};

	return test_shortages(q, &shortage, 1);
}

/* What it costs this run: the tracer, whose programs read it at most once each, and processes. */
static void show_clock_reads(const struct question *q, struct finding *f)
{
	const struct own_cost *cost = &q->snap->cost;
	uint64_t calls = snapshot__clock_calls(q->snap);
	char runs[UNITS_LEN], each[UNITS_LEN], n[UNITS_LEN], made[64] = "";

	units__count(runs, cost->runs);
	set(f->figures[1],
	    "every probe pays it: at most %.3f s in the %s runs of this trace's programs",
	    cost->clock_read_ns * cost->runs / 1e9, runs);
	if (!(cost->clock_gettime_ns > 0))
		return;
	units__ns(each, cost->clock_gettime_ns);
	/* none may be none seen: the probe may be off */
	if (calls)
		set(made, "; %s clock system calls were made", units__count(n, calls));
	set(f->figures[2], "%ss a clock_gettime()%s%s", each,
	    cost->vdso_known && !cost->in_vdso ? ", a system call: the vDSO cannot read it" : "",
	    made);
}

int rule__emulated_clock(struct question *q)
{
	const char *clock = q->platform ? q->platform->clocksource : "";
	struct finding *f;
	char read[UNITS_LEN];

	if (!*clock)
		return question__untestable(q, "the clocksource is not known");
	if (strcmp(clock, "hpet") && strcmp(clock, "acpi_pm"))
		return 0;
	if (!(q->snap->cost.clock_read_ns > 0)) {
		f = question__answer(q, FINDING_UNTESTABLE);
		if (!f)
			return -ENOMEM;
		set(f->what, "clocksource %s is emulated, but the price of a read was not measured",
		    clock);
		return 0;
	}
	f = question__answer(q, FINDING_MET);
	if (!f)
		return -ENOMEM;
	units__ns(read, q->snap->cost.clock_read_ns);
	set(f->subject, "%s", clock);
	set(f->what, "the clocksource is %s, emulated: each read of the time leaves the guest",
	    clock);
	set(f->figures[0], "%ss a read of the clock from BPF, measured here", read);
	show_clock_reads(q, f);
	set(f->action, "clocksource=xen or tsc, as /sys/devices/system/clocksource/*/"
		       "available_clocksource offers");
	set(f->check, "xentrace-bpf detect, then this finding");
	return 0;
}

int rule__steal(struct question *q)
{
	const struct cpu_time *cpu = &q->snap->cpu;
	double share = ledger__share(cpu->stolen_ns, cpu->total_ns);
	struct finding *f;

	if (!cpu->steal_measured)
		return question__untestable(q, "nobody measures steal in this guest");
	if (!cpu->total_ns)
		return question__untestable(q, "no vCPU time was read");
	if (share < STEAL_SHARE)
		return 0;
	f = question__answer(q, FINDING_MET);
	if (!f)
		return -ENOMEM;
	set(f->what, "%s",
	    cpu->has_runstate ? "the host runs others while this guest's vCPUs want to run"
			      : "the guest's vCPUs are held off");
	set(f->figures[0], "%.2f of %.2f vCPU-s (%.1f %%) %s", cpu->stolen_ns / 1e9,
	    cpu->total_ns / 1e9, 100 * share,
	    cpu->has_runstate ? "runnable and not run, by Xen's runstate"
			      : "stolen, as /proc/stat counts it (contention and device model)");
	set(f->action, "fewer vCPUs a host core, a larger credit weight, or another host");
	set(f->check, "the same load at another hour or on another host");
	return 0;
}

static const struct loss *largest_loss(const struct snapshot *snap)
{
	const struct loss *worst = NULL;

	for (size_t i = 0; i < snap->nr_losses; i++) {
		const struct loss *loss = &snap->losses[i];

		if (loss->lost && loss->count && (!worst || loss->count > worst->count))
			worst = loss;
	}
	return worst;
}

int rule__lost_events(struct question *q)
{
	const struct quality *quality = &q->ledger->quality;
	const struct loss *worst = largest_loss(q->snap);
	char lost[UNITS_LEN], events[UNITS_LEN], count[UNITS_LEN], most[64] = "";
	struct finding *f;
	size_t used = 0;

	if (!quality->incomplete)
		return 0;
	f = question__answer(q, FINDING_MET);
	if (!f)
		return -ENOMEM;
	set(f->what, "the data of this run is incomplete: read its counts as lower bounds");
	units__count(lost, quality->lost);
	units__count(events, quality->events);
	if (quality->worst_share > quality->lost_share)
		snprintf(most, sizeof(most), "; of requests, or of packets sent, %.2f %%",
			 100 * quality->worst_share);
	set(f->figures[used++], "%s events lost of %s (%.2f %%%s)", lost, events,
	    100 * quality->lost_share, most);
	if (worst) {
		units__count(count, worst->count);
		set(f->figures[used++], "%s %s: %s", count, worst->name, worst->why);
	}
	if (quality->io_missing)
		set(f->figures[used++],
		    "requests: %lld missing from started = completed + in flight + lost",
		    (long long)quality->io_missing);
	if (quality->packets_missing && used < FINDING_FIGURES)
		set(f->figures[used++],
		    "packets: %lld missing from started = completed + in flight + lost",
		    (long long)quality->packets_missing);
	set(f->action, "a shorter or narrower trace (-f, -D); report it if it persists");
	set(f->check, "the first lines of the report say complete");
	return 0;
}
