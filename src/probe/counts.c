// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/counts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What they were when the run began; a process traces once. */
static struct kernel_counts kernel;
static struct disk_counts *disks;
static struct nic_losses *nics;
static size_t nr_disks, nr_nics;

/* Anew where a device was made anew, and never below 0. */
static void since(uint64_t *later, uint64_t earlier)
{
	*later -= *later < earlier ? *later : earlier;
}

void counts__start(const struct platform *platform)
{
	free(disks);
	free(nics);
	nr_disks = nr_nics = 0;
	disks = calloc(platform->nr_disks + 1, sizeof(*disks));
	nics = calloc(platform->nr_nics + 1, sizeof(*nics));
	kernel_counts__read(&kernel, "/");
	if (!disks || !nics)
		return;
	nr_disks = platform->nr_disks;
	nr_nics = platform->nr_nics;
	for (size_t i = 0; i < nr_disks; i++)
		memcpy(disks[i].device, platform->disks[i].name, sizeof(platform->disks[i].name));
	for (size_t i = 0; i < nr_nics; i++)
		memcpy(nics[i].device, platform->nics[i].name, sizeof(platform->nics[i].name));
	disk_counts__read(disks, nr_disks, "/");
	nic_losses__read(nics, nr_nics, "/");
}

#define SINCE(id, name, text) since(&later->name, earlier->name);

static void subtract_disk(struct disk_counts *later)
{
	for (const struct disk_counts *earlier = disks; earlier < disks + nr_disks; earlier++)
		if (!strcmp(earlier->device, later->device)) {
			DISK_COUNTS(SINCE)
		}
}

static void subtract_nic(struct nic_losses *later)
{
	for (const struct nic_losses *earlier = nics; earlier < nics + nr_nics; earlier++)
		if (!strcmp(earlier->device, later->device)) {
			NIC_LOSSES(SINCE)
		}
}

static void read_kernel(struct kernel_counts *later)
{
	const struct kernel_counts *earlier = &kernel;

	if (kernel_counts__read(later, "/"))
		return;
	KERNEL_COUNTS(SINCE)
}

int counts__read(struct snapshot *snap)
{
	snap->disk_counts = calloc(snap->nr_queues + 1, sizeof(*snap->disk_counts));
	snap->nic_losses = calloc(snap->nr_nics + 1, sizeof(*snap->nic_losses));
	if (!snap->disk_counts || !snap->nic_losses)
		return -ENOMEM;
	snap->nr_disk_counts = snap->nr_queues;
	snap->nr_nic_losses = snap->nr_nics;
	for (size_t i = 0; i < snap->nr_queues; i++)
		memcpy(snap->disk_counts[i].device, snap->queues[i].device,
		       sizeof(snap->queues[i].device));
	for (size_t i = 0; i < snap->nr_nics; i++)
		memcpy(snap->nic_losses[i].device, snap->nics[i].device,
		       sizeof(snap->nics[i].device));
	disk_counts__read(snap->disk_counts, snap->nr_disk_counts, "/");
	nic_losses__read(snap->nic_losses, snap->nr_nic_losses, "/");
	for (size_t i = 0; i < snap->nr_disk_counts; i++)
		subtract_disk(&snap->disk_counts[i]);
	for (size_t i = 0; i < snap->nr_nic_losses; i++)
		subtract_nic(&snap->nic_losses[i]);
	read_kernel(&snap->kernel);
	return 0;
}
