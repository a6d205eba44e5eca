// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define MS 1000000ULL
#define S  1000000000ULL

#define set(field, text)    snprintf(field, sizeof(field), "%s", text)
#define append(field, text) strncat(field, text, sizeof(field) - strlen(field) - 1)

static void *grow(void *array, size_t nr, size_t size)
{
	array = realloc(array, (nr + 1) * size);
	assert(array);
	memset((char *)array + nr * size, 0, size);
	return array;
}

struct hist *fixture__path(struct fixture *f, enum kind kind, enum area area, enum mech mech,
			   const char *device, const char *op, const char *leg)
{
	struct snapshot *snap = &f->snap;
	struct path *path;

	snap->paths = grow(snap->paths, snap->nr_paths, sizeof(*snap->paths));
	path = &snap->paths[snap->nr_paths++];
	path->key.kind = kind;
	path->key.area = area;
	path->key.mech = mech;
	set(path->key.device, device);
	set(path->key.op, op);
	set(path->key.leg, leg);
	return &path->hist;
}

/*
 * `count` events around `median`: a skewed bell over some three octaves, and a thin tail. Exact and
 * the same everywhere: no random numbers, no libm.
 */
static void fill(struct hist *h, uint64_t count, uint64_t median)
{
	static const struct {
		unsigned int per_mille, percent_of_median;
	} shape[] = {
		{ 40, 55 },   { 90, 68 },  { 160, 80 }, { 210, 94 }, { 190, 108 },
		{ 130, 125 }, { 80, 150 }, { 50, 185 }, { 25, 240 }, { 12, 330 },
		{ 7, 480 },   { 4, 800 },  { 1, 1300 },
	};
	uint64_t left = count;

	for (size_t i = 0; i < sizeof(shape) / sizeof(shape[0]); i++) {
		uint64_t n = count * shape[i].per_mille / 1000;
		uint64_t ns = median * shape[i].percent_of_median / 100;

		if (n > left || i + 1 == sizeof(shape) / sizeof(shape[0]))
			n = left;
		left -= n;
		if (!n)
			continue;
		hist__use(h, hist__index(ns));
		h->bucket[hist__index(ns)].count += n;
		h->bucket[hist__index(ns)].ns += n * ns;
		if (ns > h->max)
			h->max = ns;
	}
	h->inclusive = hist__total_ns(h);
}

struct leg_spec {
	const char *leg;
	enum mech mech;
	uint64_t median;
};

/*
 * Legs of the same shape, and their sum: as all medians are multiples of 100 ns, each event's legs
 * add up exactly to its total.
 */
static void add_request(struct fixture *f, enum mech mech, const char *device, const char *op,
			uint64_t count, const struct leg_spec *legs, size_t nr)
{
	uint64_t total = 0;
	struct hist *h;

	for (size_t i = 0; i < nr; i++) {
		if (legs[i].median)
			fill(fixture__path(f, KIND_WAIT, AREA_DISK, legs[i].mech, device, op,
					   legs[i].leg),
			     count, legs[i].median);
		total += legs[i].median;
	}
	h = fixture__path(f, KIND_WAIT, AREA_DISK, mech, device, op, "total");
	fill(h, count, total);
	/* one in 16 ended on another vCPU */
	h->known = count - count / 16;
	h->known_ns = hist__total_ns(h) / 16 * 15 - count * legs[0].median;
	h->stolen = h->known_ns / 53;
	h->held = mech == MECH_EMULATED ? h->known_ns / 27 : 0;
}

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void add_waits(struct fixture *f)
{
	static const struct leg_spec sda[] = {
		{ "queue", MECH_GUEST, 14000 },	      { "submit", MECH_EMULATED, 130000 },
		{ "device", MECH_EMULATED, 3000000 }, { "handler", MECH_EMULATED, 21000 },
		{ "finish", MECH_GUEST, 15000 },
	};
	static const struct leg_spec read[] = {
		{ "queue", MECH_GUEST, 6000 }, { "ring full", MECH_PV, 0 },
		{ "submit", MECH_PV, 3100 },   { "backend", MECH_PV, 470000 },
		{ "handler", MECH_PV, 2400 },  { "finish", MECH_GUEST, 11000 },
	};
	static const struct leg_spec write[] = {
		{ "queue", MECH_GUEST, 7000 }, { "ring full", MECH_PV, 100 },
		{ "submit", MECH_PV, 3500 },   { "backend", MECH_PV, 610000 },
		{ "handler", MECH_PV, 2600 },  { "finish", MECH_GUEST, 12000 },
	};

	add_request(f, MECH_EMULATED, "sda", "read", 22043, sda, NR(sda));
	add_request(f, MECH_PV, "xvdb", "read", 142107, read, NR(read));
	add_request(f, MECH_PV, "xvdb", "write", 3120, write, NR(write));
}

static void add_cpu(struct fixture *f)
{
	struct hist *h;

	h = fixture__path(f, KIND_CPU, AREA_DISK, MECH_EMULATED, "sda", "", "submit");
	fill(h, 22043, 112000);
	h->held = 2700 * MS;
	h = fixture__path(f, KIND_CPU, AREA_DISK, MECH_EMULATED, "sda", "irq 30", "handler");
	fill(h, 22043, 16000);
	h->held = 290 * MS;
	fill(fixture__path(f, KIND_CPU, AREA_PLATFORM, MECH_EMULATED, "ttyS0", "irq 4", "handler"),
	     212, 80000);

	fill(fixture__path(f, KIND_CPU, AREA_DISK, MECH_PV, "xvdb", "", "submit"), 145227, 1500);
	h = fixture__path(f, KIND_CPU, AREA_DISK, MECH_PV, "xvdb", "irq 62", "handler");
	fill(h, 98112, 1900);
	h->off_cpu = 3 * MS;
	fill(fixture__path(f, KIND_CPU, AREA_EVTCHN, MECH_PV, "", "", "upcall"), 151960, 1900);
	fill(fixture__path(f, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", "event_channel_op",
			   "notify_remote_via_irq"),
	     160320, 1150);
	fill(fixture__path(f, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", "event_channel_op",
			   "xen_send_IPI_one"),
	     20340, 1200);
	fill(fixture__path(f, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", "sched_op", "xen_poll_irq"),
	     3951, 2100);
	fill(fixture__path(f, KIND_CPU, AREA_NET, MECH_PV, "eth0", "irq 66", "handler"), 41220,
	     3400);
	fill(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_PV, "timer0", "irq 48", "handler"), 10234,
	     2600);
	fill(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_PV, "timer1", "irq 52", "handler"), 9120,
	     2500);
	fill(fixture__path(f, KIND_CPU, AREA_INTERRUPT, MECH_PV, "resched3", "irq 59", "handler"),
	     3, 700);
	fill(fixture__path(f, KIND_CPU, AREA_INTERRUPT, MECH_GUEST, "", "block", "softirq"), 120400,
	     2100);
}

static struct queue_use *add_queues(struct fixture *f, const char *device, unsigned int queues,
				    uint64_t places)
{
	struct queue_use *use;

	f->snap.queues = grow(f->snap.queues, f->snap.nr_queues, sizeof(*use));
	use = &f->snap.queues[f->snap.nr_queues++];
	set(use->device, device);
	use->queues = queues;
	use->places = places;
	return use;
}

static struct slow_request *add_slow(struct fixture *f, const char *device, const char *op,
				     uint64_t start_ns, const struct leg_spec *legs, size_t nr)
{
	struct slow_request *slow;

	f->snap.slow = grow(f->snap.slow, f->snap.nr_slow, sizeof(*slow));
	slow = &f->snap.slow[f->snap.nr_slow++];
	set(slow->device, device);
	set(slow->op, op);
	slow->start_ns = f->snap.start_ns + start_ns;
	slow->nr_legs = nr;
	for (size_t i = 0; i < nr; i++) {
		set(slow->legs[i].name, legs[i].leg);
		slow->legs[i].ns = legs[i].median;
		slow->total_ns += legs[i].median;
	}
	return slow;
}

/* One ended on the vCPU that issued it, one on another; and a flush that nobody issued. */
static void add_slowest(struct fixture *f)
{
	static const struct leg_spec sda[] = {
		{ "queue", MECH_GUEST, 100000 },
		{ "device", MECH_EMULATED, 41000000 },
		{ "finish", MECH_GUEST, 100000 },
	};
	static const struct leg_spec write[] = {
		{ "queue", MECH_GUEST, 7000 },	  { "ring full", MECH_PV, 2010000 },
		{ "submit", MECH_PV, 3500 },	  { "backend", MECH_PV, 6110000 },
		{ "finish", MECH_GUEST, 130000 },
	};
	static const struct leg_spec sync[] = { { "backend", MECH_PV, 5000000 } };
	struct slow_request *slow;

	slow = add_slow(f, "sda", "read", 6113 * MS, sda, NR(sda));
	slow->issued = slow->overlap_known = true;
	slow->vcpu = 2;
	slow->pid = 812;
	set(slow->comm, "postgres");
	slow->held_ns = 130000;
	slow = add_slow(f, "xvdb", "write", 2000 * MS, write, NR(write));
	slow->issued = true;
	slow->pid = 911;
	add_slow(f, "xvdb", "sync", 1000 * MS, sync, NR(sync));
}

static void add_losses(struct fixture *f)
{
	static struct loss losses[] = {
#define LOSS(id, name, lost, why) { name, why, lost, 0 },
		XT_LOSSES(LOSS)
	};

	f->snap.losses = malloc(sizeof(losses));
	assert(f->snap.losses);
	memcpy(f->snap.losses, losses, sizeof(losses));
	f->snap.nr_losses = NR(losses);
	for (size_t i = 0; i < f->snap.nr_losses; i++)
		if (!strcmp(losses[i].name, "preexisting"))
			f->snap.losses[i].count = 3;
}

static struct probe_status *add_probe(struct fixture *f, const char *family, const char *name,
				      enum rung rung)
{
	struct probe_status *probe;

	f->snap.probes = grow(f->snap.probes, f->snap.nr_probes, sizeof(*f->snap.probes));
	probe = &f->snap.probes[f->snap.nr_probes++];
	set(probe->family, family);
	set(probe->name, name);
	probe->purpose = "a test's";
	probe->rung = rung;
	probe->applicable = true;
	return probe;
}

static void add_probes(struct fixture *f)
{
	struct probe_status *probe;

	probe = add_probe(f, "blk", "block_rq_issue", RUNG_TP_BTF);
	probe->runs = 167278;
	probe->ns_per_run = 184;
	add_probe(f, "blk", "blkif_queue_rq", RUNG_FENTRY)->runs = 145231;
	add_probe(f, "evtchn", "xen_evtchn_do_upcall", RUNG_FENTRY)->runs = 303920;
	add_probe(f, "hypercall", "notify_remote_via_irq", RUNG_KPROBE)->runs = 320640;
	add_probe(f, "hypercall", "xen_mc_flush", RUNG_OFF)->applicable = false;
	probe = add_probe(f, "hypercall", "xen_poll_irq", RUNG_OFF);
	set(probe->cause, "not in this kernel's BTF");
	set(probe->fix, "none: the compiler inlined it");
}

static void add_cell(struct fixture *f, enum area area, const char *what, enum letter letter,
		     const char *how, const char *better, const char *evidence)
{
	struct platform *p = &f->platform;
	struct cell *cell;

	p->cells = grow(p->cells, p->nr_cells, sizeof(*p->cells));
	cell = &p->cells[p->nr_cells++];
	cell->area = area;
	cell->letter = letter;
	set(cell->what, what);
	set(cell->how, how);
	set(cell->better, better);
	set(cell->evidence, evidence);
}

static struct disk *add_disk(struct fixture *f, const char *name, enum letter letter,
			     const char *driver)
{
	struct platform *p = &f->platform;
	struct disk *disk;

	p->disks = grow(p->disks, p->nr_disks, sizeof(*p->disks));
	disk = &p->disks[p->nr_disks++];
	set(disk->name, name);
	set(disk->driver, driver);
	disk->letter = letter;
	disk->hw_queues = 1;
	disk->depth = 32;
	return disk;
}

static void add_platform(struct fixture *f)
{
	struct platform *p = &f->platform;
	struct disk *sda;

	p->boot = BOOT_HVM;
	set(p->mode, "pvhvm");
	set(p->hypervisor, "Xen 4.17");
	set(p->kernel, "6.1.0-31");
	set(p->host, "db-7");
	set(p->clocksource, "xen");
	set(p->clockevent, "xen");
	p->vcpus = p->possible = 4;
	p->steal_measured = true;
	add_cell(f, AREA_DISK, "sda", LETTER_VS, "emulated ahci", "P: xvda, same disk",
		 "0000:00:05.0 8086:2922; vbd-51712");
	add_cell(f, AREA_DISK, "xvdb", LETTER_P, "blkfront", "-", "vbd-51728, 2 rings");
	add_cell(f, AREA_NET, "eth0", LETTER_P, "netfront", "VH: no VF on this host", "vif-0");
	sda = add_disk(f, "sda", LETTER_VS, "ahci");
	set(sda->same_as, "xvda");
	set(sda->mounts, "/var/lib/pg");
	add_disk(f, "xvdb", LETTER_P, "blkfront");
}

/* Four vCPUs, of which the first has most of it; snap.cpu has their sums. */
static void add_vcpus(struct fixture *f)
{
	static const struct vcpu_time vcpus[] = {
		{ .state_ns = { 0, 600 * MS, 3420118311, 2900 * MS },
		  .stat_steal_ns = 3500 * MS,
		  .held_ns = 2880 * MS },
		{ .state_ns = { 0, 140 * MS, 7 * S, 100 * MS },
		  .stat_steal_ns = 240 * MS,
		  .held_ns = 90 * MS },
		{ .state_ns = { 0, 60 * MS, 8 * S, 30 * MS },
		  .stat_steal_ns = 90 * MS,
		  .held_ns = 15 * MS },
		{ .state_ns = { 0, 40 * MS, 9 * S, 10 * MS },
		  .stat_steal_ns = 50 * MS,
		  .held_ns = 5 * MS },
	};

	for (unsigned int i = 0; i < NR(vcpus); i++) {
		struct vcpu_time *vcpu;

		f->snap.vcpus = grow(f->snap.vcpus, i, sizeof(*f->snap.vcpus));
		vcpu = &f->snap.vcpus[f->snap.nr_vcpus++];
		*vcpu = vcpus[i];
		vcpu->cpu = i;
		vcpu->online = vcpu->has_runstate = true;
		vcpu->total_ns = vcpu->state_ns[VCPU_RUNNING] = 10 * S;
		for (int s = VCPU_RUNNABLE; s < VCPU_STATES; s++)
			vcpu->state_ns[VCPU_RUNNING] -= vcpu->state_ns[s];
	}
	vcpus__sum(&f->snap.cpu, f->snap.vcpus, f->snap.nr_vcpus, true);
}

/* Two channels of a disk, one of a NIC, and the vCPUs' timers. */
static void add_channels(struct fixture *f)
{
	static const struct channel channels[] = {
		{ "vbd", "xvdb", "irq 62", false },   { "vbd", "xvdb", "irq 63", false },
		{ "vif", "eth0", "irq 66", false },   { "virq", "timer0", "irq 48", true },
		{ "virq", "timer1", "irq 52", true }, { "xenbus", "xenbus", "irq 30", false },
	};
	static const uint64_t counts[NR(channels)][4] = {
		{ 52010, 0, 0, 0 }, { 0, 0, 46102, 0 }, { 0, 41220, 0, 0 },
		{ 10234, 0, 0, 0 }, { 0, 9120, 0, 0 },	{ 0, 0, 0, 0 },
	};
	static const struct bus_events bus[] = {
		{ "vbd-51728", "xvdb", 98112, 4, 0, 1 },
		{ "vif-0", "eth0", 41220, 0, 0, 1 },
	};

	f->snap.nr_cpus = 4;
	f->snap.nr_channels = NR(channels);
	f->snap.channels = malloc(sizeof(channels));
	f->snap.channel_counts = malloc(sizeof(counts));
	f->snap.nr_bus = NR(bus);
	f->snap.bus = malloc(sizeof(bus));
	assert(f->snap.channels && f->snap.channel_counts && f->snap.bus);
	memcpy(f->snap.channels, channels, sizeof(channels));
	memcpy(f->snap.channel_counts, counts, sizeof(counts));
	memcpy(f->snap.bus, bus, sizeof(bus));
	for (size_t i = 0; i < NR(channels); i++)
		for (size_t cpu = 0; cpu < 4; cpu++)
			f->snap.vcpus[cpu].events += counts[i][cpu];
}

static struct fixture *fixture__new(void)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert(f);
	f->run = (struct run_info) {
		.version = "0.1",
		.command_line = "xentrace-bpf -d 10",
		.host = "db-7",
		.kernel = "6.1.0-31",
	};
	f->snap.start_ns = f->snap.end_ns = 5000 * S;
	f->snap.wall_start_ns = 1795338842 * S; /* 2026-11-22 09:14:02Z */
	f->snap.cpu.vcpus = 4;
	f->snap.cpu.has_runstate = f->snap.cpu.steal_measured = true;
	return f;
}

struct fixture *fixture__empty(void)
{
	struct fixture *f = fixture__new();

	fixture__close(f);
	return f;
}

struct fixture *fixture__pvhvm(void)
{
	struct fixture *f = fixture__new();
	struct queue_use *use;

	f->snap.end_ns += 10 * S;
	add_vcpus(f);
	add_channels(f);
	f->snap.io = (struct conservation) {
		.started = 167278,
		.completed = 167270,
		.in_flight = 8,
		.preexisting = 3,
	};
	f->snap.cost = (struct own_cost) {
		.bpf_ns = 117 * MS,
		.runs = 937069,
		.clock_read_ns = 41,
		.user_ns = 12 * MS,
		.rss_bytes = 9800000,
		.kernel_bytes = 6100000,
	};
	add_waits(f);
	add_cpu(f);
	add_queues(f, "sda", 1, 31)->most = 12;
	use = add_queues(f, "xvdb", 2, 32);
	use->most = 32;
	use->last = 1203;
	use->last_waited_ns = 20 * MS;
	add_slowest(f);
	add_losses(f);
	add_probes(f);
	add_platform(f);
	fixture__close(f);
	return f;
}

#define HOSTILE "<script>&\"';\xff\n\x1b[31m]]> \xe2\x82"

struct fixture *fixture__hostile(void)
{
	struct fixture *f = fixture__pvhvm();

	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		struct path_key *key = &f->snap.paths[i].key;

		append(key->device, HOSTILE);
		if (!path__is_total(&f->snap.paths[i]))
			append(key->leg, HOSTILE);
		append(key->op, HOSTILE);
	}
	for (size_t i = 0; i < f->snap.nr_queues; i++)
		append(f->snap.queues[i].device, HOSTILE);
	for (size_t i = 0; i < f->snap.nr_slow; i++) {
		append(f->snap.slow[i].device, HOSTILE);
		set(f->snap.slow[i].comm, "\x1b<\xff&\"");
		append(f->snap.slow[i].legs[0].name, HOSTILE);
	}
	for (size_t i = 0; i < f->snap.nr_channels; i++)
		append(f->snap.channels[i].device, HOSTILE);
	for (size_t i = 0; i < f->snap.nr_bus; i++)
		append(f->snap.bus[i].device, HOSTILE);
	for (size_t i = 0; i < f->platform.nr_cells; i++)
		append(f->platform.cells[i].what, HOSTILE);
	for (size_t i = 0; i < f->platform.nr_disks; i++) {
		append(f->platform.disks[i].name, HOSTILE);
		append(f->platform.disks[i].mounts, HOSTILE HOSTILE);
	}
	set(f->platform.hypervisor, HOSTILE);
	f->run.host = f->run.kernel = f->run.command_line = HOSTILE;
	fixture__close(f);
	return f;
}

void fixture__close(struct fixture *f)
{
	int err;

	ledger__free(f->ledger);
	f->ledger = NULL;
	err = ledger__build(&f->ledger, &f->snap, &f->platform);
	assert(!err);
	f->report = (struct report) {
		.run = &f->run,
		.platform = &f->platform,
		.snap = &f->snap,
		.ledger = f->ledger,
		.series = f->series,
		.interval_no = 1,
	};
}

void fixture__free(struct fixture *f)
{
	ledger__free(f->ledger);
	series__free(f->series);
	snapshot__free(&f->snap);
	free(f->platform.cells);
	free(f->platform.disks);
	free(f);
}

char *fixture__print(const struct fixture *f, int (*print)(FILE *out, const struct report *report))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err;

	assert(out);
	err = print(out, &f->report);
	assert(!err);
	fclose(out);
	return text;
}
