// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The PVHVM guest itself: what serves it, its vCPUs and their event channels. */
#include "fixture_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void add_cell(struct fixture *f, enum area area, const char *what, enum letter letter,
		     const char *how, const char *better, const char *evidence)
{
	struct platform *p = &f->platform;
	struct cell *cell;

	p->cells = fixture__grow(p->cells, p->nr_cells, sizeof(*p->cells));
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

	p->disks = fixture__grow(p->disks, p->nr_disks, sizeof(*p->disks));
	disk = &p->disks[p->nr_disks++];
	set(disk->name, name);
	set(disk->driver, driver);
	disk->front = letter == LETTER_P ? FRONT_BLKFRONT : FRONT_NONE;
	disk->letter = letter;
	disk->hw_queues = 1;
	disk->depth = 32;
	return disk;
}

void fixture__add_platform(struct fixture *f)
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
	add_cell(f, AREA_DISK, "xvdb", LETTER_P, "blkfront", "", "vbd-51728, 2 rings");
	add_cell(f, AREA_NET, "eth0", LETTER_P, "netfront", "VH: no VF on this host", "vif-0");
	sda = add_disk(f, "sda", LETTER_VS, "ahci");
	set(sda->same_as, "xvda");
	set(sda->mounts, "/var/lib/pg");
	add_disk(f, "xvdb", LETTER_P, "blkfront");
}

/* Four vCPUs, of which the first has most of it; snap.cpu has their sums. */
void fixture__add_vcpus(struct fixture *f)
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

		f->snap.vcpus = fixture__grow(f->snap.vcpus, i, sizeof(*f->snap.vcpus));
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
void fixture__add_channels(struct fixture *f)
{
	static const struct channel channels[] = {
		{ "vbd", "xvdb", "irq 62", false, 62, 0 },
		{ "vbd", "xvdb", "irq 63", false, 63, 0 },
		{ "vif", "eth0", "irq 66", false, 66, 0 },
		{ "virq", "timer0", "irq 48", true, 48, 5 },
		{ "virq", "timer1", "irq 52", true, 52, 5 },
		{ "xenbus", "xenbus", "irq 30", false, 30, 0 },
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
