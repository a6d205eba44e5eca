// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The rules. Each reads the ledger and the platform, and claims nothing without a figure of this
 * run. A new rule is a function here and a row in the table below.
 */
#include "model/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/units.h"

#define STEAL_SHARE	0.05   /* of vCPU time */
#define RING_FULL_SHARE 0.05   /* of what a disk's requests waited */
#define STOPPED_SHARE	0.05   /* of the run, in which a NIC's queue was full */
#define PACKETS_MIN	1000   /* fewer are no traffic worth moving */
#define BUSIEST_SHARE	0.9    /* of a device's or all devices' events, on one vCPU */
#define EVENTS_MIN	1000   /* fewer prove nothing, … */
#define RATE_MIN	1000.0 /* … and fewer a second are no load worth moving */
#define SPURIOUS_MIN	10
#define SPURIOUS_SHARE	0.01 /* of a device's events */

/* How to see whether a change helped. */
#define CHECK_AGAIN "trace the same load again"

#define set(field, ...) snprintf(field, sizeof(field), __VA_ARGS__)

/* What a rule gets to see. */
struct question {
	const char *id;
	const struct snapshot *snap;
	const struct platform *platform; /* may be NULL */
	const struct ledger *ledger;
	struct findings *out;
	struct finding spare; /* written to in place of an answer for which there is no memory */
	int err;
};

/* A new answer to fill in, owned by the list and valid until the next one. */
static struct finding *answer(struct question *q, enum verdict verdict)
{
	struct findings *out = q->out;
	struct finding *all = realloc(out->all, (out->nr + 1) * sizeof(*all));

	if (!all) {
		q->err = -ENOMEM;
		return &q->spare;
	}
	out->all = all;
	all[out->nr] = (struct finding) { .id = q->id, .verdict = verdict };
	out->nr_met += verdict == FINDING_MET;
	out->nr_not_met += verdict == FINDING_NOT_MET;
	out->nr_untestable += verdict == FINDING_UNTESTABLE;
	return &all[out->nr++];
}

static struct finding *met(struct question *q, const char *subject)
{
	struct finding *f = answer(q, FINDING_MET);

	set(f->subject, "%s", subject);
	set(f->check, "%s", CHECK_AGAIN);
	return f;
}

static void untestable(struct question *q, const char *why)
{
	set(answer(q, FINDING_UNTESTABLE)->what, "%s", why);
}

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

/* Where emulated devices can be replaced by virtio, not by Xen's PV ones. */
static bool has_virtio(const struct platform *platform)
{
	return platform && (platform->boot == BOOT_KVM || platform->not_xen);
}

/* Disks. */

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
static void describe_emulated(struct finding *f, const char *device, const struct disk *disk,
			      bool is_virtio)
{
	char mounts[48] = "", driver[40] = "", twin[72] = "";

	if (disk && *disk->mounts)
		set(mounts, " (%.40s)", disk->mounts);
	if (disk && *disk->driver)
		set(driver, " %s", disk->driver);
	if (disk && *disk->same_as)
		set(twin, " and is the same disk as %s (blkfront)", disk->same_as);
	set(f->what, "%s%s is emulated%s%s", device, mounts, driver, twin);
	if (*twin)
		set(f->action, "mount it from %s, by UUID or label", disk->same_as);
	else
		set(f->action, "attach the volume as a %s disk",
		    is_virtio ? "virtio" : "PV (blkfront)");
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

static void ask_emulated_disk(struct question *q)
{
	if (family_is_off(q->snap, "blk")) {
		untestable(q, "no probe of family blk is on");
		return;
	}
	for (size_t i = 0; i < q->ledger->nr_waits; i++) {
		const struct wait_row *row = &q->ledger->waits[i];
		struct finding *f;

		if (!is_disk_row(row, MECH_EMULATED) || !is_first_of_device(q->ledger, row))
			continue;
		f = met(q, row->device);
		describe_emulated(f, row->device, platform__disk(q->platform, row->device),
				  has_virtio(q->platform));
		show_emulated_cost(q, f, row);
	}
}

/* Why a PV disk's requests had to be issued again, and what helps. */
struct shortage {
	enum path_role leg;
	const char *what, *action;
};

static void ask_shortage(struct question *q, const struct wait_row *row,
			 const struct shortage *shortage)
{
	const struct wait_leg *leg = NULL;
	char each[UNITS_LEN];
	struct finding *f;
	double share;

	for (size_t i = 0; i < row->nr_legs; i++)
		if (row->legs[i].roles & shortage->leg)
			leg = &row->legs[i];
	share = leg ? ledger__share(leg->ns, row->waited_ns) : 0;
	if (share < RING_FULL_SHARE)
		return;
	f = met(q, row->device);
	set(f->what, "%s %s %s", row->device, row->op, shortage->what);
	units__ns(each, leg->share_ns);
	set(f->figures[0], "%.2f s of %.2f s waited (%.1f %%), %ss an I/O; %.1f in flight",
	    leg->ns / 1e9, row->waited_ns / 1e9, 100 * share, each, row->in_flight);
	set(f->action, "%s", shortage->action);
}

static void ask_shortages(struct question *q, const struct shortage *shortages, size_t nr)
{
	if (family_is_off(q->snap, "blk")) {
		untestable(q, "no probe of family blk is on");
		return;
	}
	for (size_t i = 0; i < q->ledger->nr_waits; i++)
		for (size_t n = 0; n < nr && is_disk_row(&q->ledger->waits[i], MECH_PV); n++)
			ask_shortage(q, &q->ledger->waits[i], &shortages[n]);
}

#define LARGER_RING                                                                           \
	"larger ring or more queues: xen_blkfront.max_ring_page_order, .max_queues (backend " \
	"permitting)"
#define LARGER_QUEUE "larger or more queues, as the backend permits"

/*
 * With an I/O scheduler a request waits in its queue until there is a place; without one the issuer
 * waits before there is a request, which nobody measures.
 */
static void ask_last_place(struct question *q, const struct queue_use *use)
{
	const struct disk *disk = platform__disk(q->platform, use->device);
	char n[UNITS_LEN];
	struct finding *f;
	uint64_t count, waited_ns;
	double share;

	sum_device(q->ledger, use->device, &count, &waited_ns);
	share = ledger__share(use->last_waited_ns, waited_ns);
	if (!disk || disk->letter != LETTER_P || share < RING_FULL_SHARE)
		return;
	f = met(q, use->device);
	set(f->what, "%s's requests wait in its queue until one of its %llu places is free",
	    use->device, (unsigned long long)use->places * use->queues);
	units__count(n, use->last);
	set(f->figures[0],
	    "%.2f s of %.2f s waited (%.1f %%), in the queue, by %s that took the last",
	    use->last_waited_ns / 1e9, waited_ns / 1e9, 100 * share, n);
	set(f->action, "%s", strcmp(disk->driver, "blkfront") ? LARGER_QUEUE : LARGER_RING);
}

static void ask_ring_full(struct question *q)
{
	static const struct shortage shortages[] = {
		{ PATH_RING_FULL, "waits for a place in its ring", LARGER_RING },
		/* other drivers do not say whether their queue was full */
		{ PATH_REQUEUED, "is given back by its driver and waits to be issued again",
		  LARGER_QUEUE },
	};

	ask_shortages(q, shortages, sizeof(shortages) / sizeof(shortages[0]));
	for (size_t i = 0; i < q->snap->nr_queues; i++)
		ask_last_place(q, &q->snap->queues[i]);
}

static void ask_grants_short(struct question *q)
{
	static const struct shortage shortage = {
		PATH_GRANTS_SHORT, "waits for grant references: the guest has none left",
		"a larger grant table: max_grant_frames of the guest, gnttab_max_frames of Xen"
	};

	ask_shortages(q, &shortage, 1);
}

/* Time. */

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

static void ask_emulated_clock(struct question *q)
{
	const char *clock = q->platform ? q->platform->clocksource : "";
	struct finding *f;
	char read[UNITS_LEN];

	if (!*clock) {
		untestable(q, "the clocksource is not known");
		return;
	}
	if (strcmp(clock, "hpet") && strcmp(clock, "acpi_pm"))
		return;
	if (!(q->snap->cost.clock_read_ns > 0)) {
		f = answer(q, FINDING_UNTESTABLE);
		set(f->what, "clocksource %s is emulated, but the price of a read was not measured",
		    clock);
		return;
	}
	f = met(q, clock);
	units__ns(read, q->snap->cost.clock_read_ns);
	set(f->what, "the clocksource is %s, emulated: each read of the time leaves the guest",
	    clock);
	set(f->figures[0], "%ss a read of the clock from BPF, measured here", read);
	show_clock_reads(q, f);
	set(f->action, "clocksource=xen or tsc, as /sys/devices/system/clocksource/*/"
		       "available_clocksource offers");
	set(f->check, "xentrace-bpf detect, then this finding");
}

static void ask_steal(struct question *q)
{
	const struct cpu_time *cpu = &q->snap->cpu;
	double share = ledger__share(cpu->stolen_ns, cpu->total_ns);
	struct finding *f;

	if (!cpu->steal_measured || !cpu->total_ns) {
		untestable(q, cpu->steal_measured ? "no vCPU time was read"
						  : "nobody measures steal in this guest");
		return;
	}
	if (share < STEAL_SHARE)
		return;
	f = met(q, "");
	set(f->what, "%s",
	    cpu->has_runstate ? "the host runs others while this guest's vCPUs want to run"
			      : "the guest's vCPUs are held off");
	set(f->figures[0], "%.2f of %.2f vCPU-s (%.1f %%) %s", cpu->stolen_ns / 1e9,
	    cpu->total_ns / 1e9, 100 * share,
	    cpu->has_runstate ? "runnable and not run, by Xen's runstate"
			      : "stolen, as /proc/stat counts it (contention and device model)");
	set(f->action, "fewer vCPUs a host core, a larger credit weight, or another host");
	set(f->check, "the same load at another hour or on another host");
}

/* Losses. */

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

static void ask_lost_events(struct question *q)
{
	const struct quality *quality = &q->ledger->quality;
	const struct loss *worst = largest_loss(q->snap);
	const struct {
		const char *what;
		int64_t nr;
	} missing[] = { { "requests", quality->io_missing },
			{ "packets", quality->packets_missing } };
	char lost[UNITS_LEN], events[UNITS_LEN], count[UNITS_LEN], most[64] = "";
	struct finding *f;
	size_t used = 0;

	if (!quality->incomplete)
		return;
	f = met(q, "");
	set(f->what, "the data of this run is incomplete: read its counts as lower bounds");
	units__count(lost, quality->lost);
	units__count(events, quality->events);
	if (quality->worst_share > quality->lost_share)
		set(most, "; of requests, or of packets sent, %.2f %%", 100 * quality->worst_share);
	set(f->figures[used++], "%s events lost of %s (%.2f %%%s)", lost, events,
	    100 * quality->lost_share, most);
	if (worst) {
		units__count(count, worst->count);
		set(f->figures[used++], "%s %s: %s", count, worst->name, worst->why);
	}
	for (size_t i = 0; i < 2 && used < FINDING_FIGURES; i++)
		if (missing[i].nr)
			set(f->figures[used++],
			    "%s: %lld missing from started = completed + in flight + lost",
			    missing[i].what, (long long)missing[i].nr);
	set(f->action, "a shorter or narrower trace (-f, -D); report it if it persists");
	set(f->check, "the first lines of the report say complete");
}

/* Event channels: who handles them, and whose interrupts end late. */

static size_t online_vcpus(const struct snapshot *snap)
{
	size_t online = 0;

	for (size_t i = 0; i < snap->nr_vcpus; i++)
		online += snap->vcpus[i].online;
	return online;
}

/* Nearly all on one vCPU, of several channels: a single one cannot be shared. */
static bool is_lopsided(const struct event_row *row, uint64_t elapsed_ns)
{
	return row->channels > 1 && row->count >= EVENTS_MIN &&
	       row->count * 1e9 >= RATE_MIN * elapsed_ns &&
	       row->busiest_count >= BUSIEST_SHARE * row->count;
}

/* "vCPU 0 ran 93.0 % of the time, the others 12.1 %" */
static void show_running(char *figure, size_t size, const struct snapshot *snap,
			 unsigned int busiest)
{
	uint64_t running = 0, total = 0, others = 0, others_total = 0;

	if (!snap->cpu.has_runstate)
		return;
	for (size_t i = 0; i < snap->nr_vcpus; i++) {
		const struct vcpu_time *vcpu = &snap->vcpus[i];
		bool is_it = vcpu->cpu == busiest;

		*(is_it ? &running : &others) += vcpu->state_ns[VCPU_RUNNING];
		*(is_it ? &total : &others_total) += vcpu->total_ns;
	}
	snprintf(figure, size, "vCPU %u ran %.1f %% of the time, the others %.1f %%", busiest,
		 100 * ledger__share(running, total), 100 * ledger__share(others, others_total));
}

/* "62, 63, …": what to move. */
static void list_irqs(char *buf, size_t size, const struct snapshot *snap,
		      const struct event_row *row)
{
	size_t used = 0, left = 3;

	buf[0] = '\0';
	for (size_t i = 0; i < snap->nr_channels; i++) {
		const struct channel *channel = &snap->channels[i];

		if (channel->bound || !channel->irq ||
		    (row->kind &&
		     (strcmp(channel->kind, row->kind) || strcmp(channel->device, row->device))) ||
		    !snap->channel_counts[i * snap->nr_cpus + row->busiest])
			continue;
		if (!left--) {
			snprintf(buf + used, size - used, ", ...");
			return;
		}
		used += snprintf(buf + used, size - used, "%s%u", used ? ", " : "", channel->irq);
	}
}

static void answer_lopsided(struct question *q, const struct event_row *row)
{
	struct finding *f = met(q, row->kind ? row->device : "all devices");
	char n[UNITS_LEN], of[UNITS_LEN], irqs[64];

	set(f->what, "one vCPU handles nearly all events of %s%s",
	    row->kind ? row->device : "the devices",
	    row->kind ? ", which has several channels" : "");
	units__count(n, row->busiest_count);
	units__count(of, row->count);
	set(f->figures[0], "vCPU %u handled %s of %s events (%.1f %%) of %zu channels",
	    row->busiest, n, of, 100 * ledger__share(row->busiest_count, row->count),
	    row->channels);
	show_running(f->figures[1], sizeof(f->figures[1]), q->snap, row->busiest);
	list_irqs(irqs, sizeof(irqs), q->snap, row);
	set(f->action, "irqbalance, or other vCPUs in /proc/irq/N/smp_affinity_list of irq %s",
	    irqs);
	set(f->check, "-C: the events by vCPU");
}

static void ask_event_imbalance(struct question *q)
{
	const struct event_rows *events = &q->ledger->events;
	uint64_t elapsed = q->ledger->elapsed_ns;

	if (online_vcpus(q->snap) < 2)
		return;
	/* all of them says it for each of them */
	if (is_lopsided(&events->movable, elapsed)) {
		answer_lopsided(q, &events->movable);
		return;
	}
	for (size_t i = 0; i < events->nr; i++)
		if (!events->rows[i].bound && is_lopsided(&events->rows[i], elapsed))
			answer_lopsided(q, &events->rows[i]);
}

static void ask_eoi_delayed(struct question *q)
{
	if (q->snap->nr_channels && !q->snap->nr_bus)
		untestable(q, "the kernel counts them for back ends only, and here is none");
	for (size_t i = 0; i < q->snap->nr_bus; i++) {
		const struct bus_events *bus = &q->snap->bus[i];
		char spurious[UNITS_LEN], events[UNITS_LEN];
		struct finding *f;

		if (!bus->delay_jiffies &&
		    (bus->spurious < SPURIOUS_MIN || bus->spurious < SPURIOUS_SHARE * bus->events))
			continue;
		f = met(q, bus->device);
		set(f->what, "%s: %s", bus->device,
		    bus->delay_jiffies ? "the kernel holds its interrupts back, for events that "
					 "came for nothing"
				       : "events come for nothing");
		units__count(spurious, bus->spurious);
		units__count(events, bus->events);
		set(f->figures[0], "%s of %s events (%.1f %%) of %s were spurious", spurious,
		    events, 100 * ledger__share(bus->spurious, bus->events), bus->name);
		if (bus->delay_jiffies)
			set(f->figures[1], "ends of interrupts delayed by %llu jiffies in all",
			    (unsigned long long)bus->delay_jiffies);
		set(f->action,
		    "a newer kernel or back end; a larger spurious_threshold below "
		    "/sys/bus/xen*/devices/%s/xenbus",
		    bus->name);
		set(f->check, "its jiffies_eoi_delayed there");
	}
}

/* NICs. */

static const struct wait_row *sent_by(const struct ledger *ledger, const char *device)
{
	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		if (row->roles & PATH_SENT && !strcmp(row->device, device))
			return row;
	}
	return NULL;
}

/* CPU time of a NIC's paths, and what of it the device model had. */
static void sum_nic_cpu(const struct ledger *ledger, const char *device, uint64_t *ns,
			uint64_t *held_ns)
{
	*ns = *held_ns = 0;
	for (size_t i = 0; i < ledger->cpu.nr_rows; i++) {
		const struct cpu_row *row = &ledger->cpu.rows[i];

		if (row->area != AREA_NET || strcmp(row->device, device))
			continue;
		*ns += row->ns;
		*held_ns += row->held_ns;
	}
}

static void ask_emulated_nic(struct question *q)
{
	for (size_t i = 0; i < q->snap->nr_nics; i++) {
		const struct nic_use *use = &q->snap->nics[i];
		const struct nic *nic = platform__nic(q->platform, use->device);
		uint64_t packets = use->tx_packets + use->rx_packets, ns, held_ns;
		char n[UNITS_LEN], mean[UNITS_LEN];
		const struct wait_row *row;
		struct finding *f;

		if (!nic || nic->letter != LETTER_VS || packets < PACKETS_MIN)
			continue;
		f = met(q, use->device);
		row = sent_by(q->ledger, use->device);
		sum_nic_cpu(q->ledger, use->device, &ns, &held_ns);
		set(f->what, "%s is emulated %s: each packet's registers are the device model's",
		    use->device, nic->driver);
		set(f->figures[0],
		    "%.2f vCPU-s (%.1f %% of CPU) in its driver, %.2f held by the device model",
		    ns / 1e9, 100 * ledger__share(ns, q->ledger->cpu.total_ns), held_ns / 1e9);
		units__ns(mean, row ? row->mean_ns : 0);
		set(f->figures[1], "%s packets%s%s%s", units__count(n, packets),
		    row ? ", sent ones in the mean " : "", row ? mean : "", row ? "s" : "");
		set(f->action, "%s",
		    has_virtio(q->platform)
			    ? "virtio-net, or SR-IOV"
			    : "netfront: a vif without model=, or unplug the emulated one "
			      "(xen_emul_unplug=nics); or SR-IOV");
	}
}

/*
 * The driver stopped its queue since it had no place left: packets wait in the qdisc until the
 * device has taken some.
 */
static void ask_nic_full(struct question *q)
{
	const struct probe_status *uncounted = snapshot__sent_uncounted(q->snap);
	char why[96];

	if (uncounted) {
		set(why, "packets sent are not counted: %s is off", uncounted->name);
		untestable(q, why);
		return;
	}
	for (size_t i = 0; i < q->snap->nr_nics; i++) {
		const struct nic_use *use = &q->snap->nics[i];
		const struct nic *nic = platform__nic(q->platform, use->device);
		double share = ledger__share(use->tx_stopped_ns, q->ledger->elapsed_ns);
		char n[UNITS_LEN];
		struct finding *f;

		if (share < STOPPED_SHARE)
			continue;
		f = met(q, use->device);
		set(f->what, "%s's packets wait until its transmit queue has room again",
		    use->device);
		units__count(n, use->tx_stops);
		set(f->figures[0], "%s times full, %.2f s of the run's %.2f (%.1f %%)", n,
		    use->tx_stopped_ns / 1e9, q->ledger->elapsed_ns / 1e9, 100 * share);
		set(f->figures[1], "at most %llu packets at once in the driver, of one queue",
		    (unsigned long long)use->most);
		set(f->action, "%s",
		    nic && !strcmp(nic->driver, "netfront")
			    ? "more queues (xen_netback.max_queues, one a vCPU), or a back end "
			      "with more CPU"
			    : "more or longer queues (ethtool -L, -G), as the device permits");
	}
}

/*
 * A rule answers once for each device that meets it; without an answer it is not met. They are told
 * in this order.
 */
static const struct rule {
	const char *id;
	void (*ask)(struct question *q);
} rules[] = {
	{ "emulated-disk", ask_emulated_disk },
	{ "ring-full", ask_ring_full },
	{ "grants-short", ask_grants_short },
	{ "emulated-clock", ask_emulated_clock },
	{ "steal", ask_steal },
	{ "lost-events", ask_lost_events },
	{ "event-imbalance", ask_event_imbalance },
	{ "eoi-delayed", ask_eoi_delayed },
	{ "emulated-nic", ask_emulated_nic },
	{ "nic-full", ask_nic_full },
};

const char *verdict__name(enum verdict verdict)
{
	static const char *const names[] = {
		[FINDING_NOT_MET] = "not met",
		[FINDING_MET] = "met",
		[FINDING_UNTESTABLE] = "not testable",
	};

	return (unsigned int)verdict <= FINDING_UNTESTABLE ? names[verdict] : "?";
}

bool findings__has(const char *id)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strcmp(rules[i].id, id))
			return true;
	return false;
}

int findings__test(struct findings *out, const struct snapshot *snap,
		   const struct platform *platform, const struct ledger *ledger)
{
	struct question q = { .snap = snap, .platform = platform, .ledger = ledger, .out = out };

	*out = (struct findings) {};
	for (size_t i = 0; !q.err && i < sizeof(rules) / sizeof(rules[0]); i++) {
		size_t answers = out->nr;

		q.id = rules[i].id;
		rules[i].ask(&q);
		/* silence is an answer too, and must be counted */
		if (!q.err && out->nr == answers)
			answer(&q, FINDING_NOT_MET);
	}
	if (q.err)
		findings__free(out);
	return q.err;
}

void findings__free(struct findings *findings)
{
	free(findings->all);
	*findings = (struct findings) {};
}
