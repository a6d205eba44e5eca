// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Disks from /sys/block, with their tags and who serves them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/disk_stat.h"
#include "platform/guest.h"
#include "base/str.h"

#define QUEUES_MAX 65536u
#define DEPTH_MAX  65536u

static unsigned int bounded(unsigned long long value, unsigned int max)
{
	return value < max ? value : max;
}

/*
 * Hardware queues by number: one that no CPU is mapped to has no folder, those above it have
 * (block/blk-mq-sysfs.c:blk_mq_register_hctx()). Folders are in the order of numbers.
 */
static unsigned int queue_numbers(const struct names *names)
{
	unsigned long last = names->nr ? strtoul(names->name[names->nr - 1], NULL, 10) : 0;

	return bounded(last + 1, QUEUES_MAX);
}

void disks__read_queues(struct guest *guest, const char *name, struct disk *disk)
{
	unsigned long long value, depth = 0;
	struct names names;

	disk->hw_queues = 1;
	if (!files__list(guest->files, &names, "sys/block/%s/mq", name)) {
		disk->hw_queues = queue_numbers(&names);
		for (size_t i = 0; i < names.nr; i++)
			if (!files__number(guest->files, &value, "sys/block/%s/mq/%s/nr_tags", name,
					   names.name[i]) &&
			    value > depth)
				depth = value;
		names__free(&names);
	}
	disk->tags = bounded(depth, DEPTH_MAX);
	disk->iostats = files__number(guest->files, &value, "sys/block/%s/queue/iostats", name) ||
			value;
	if (!files__number(guest->files, &value, "sys/block/%s/queue/nr_requests", name) &&
	    value > depth)
		depth = value;
	disk->depth = bounded(depth, DEPTH_MAX);
}

/*
 * The number of an emulated disk in the guest's configuration: Xen's toolstack puts disk N of an
 * AHCI controller on port N, and of an IDE one on channel N / 2 as master or slave
 * (tools/libs/light/libxl_dm.c). ataN is numbered over all controllers, port_no within one.
 */
static int ata_unit(struct guest *guest, const char *path, const char *driver)
{
	unsigned int ata, host, channel, target, lun;
	const char *at = strstr(path, "/ata");
	unsigned long long port;
	int len = 0;

	if (!at ||
	    sscanf(at, "/ata%u/host%u/target%*u:%*u:%*u/%*u:%u:%u:%u%n", &ata, &host, &channel,
		   &target, &lun, &len) != 5 ||
	    !len)
		return -1;
	if (files__number(guest->files, &port, "%.*s/ata%u/ata_port/ata%u/port_no",
			  (int)(at - path), path, ata, ata) ||
	    port < 1 || port > 64)
		return -1;
	if (!strcmp(driver, "ahci"))
		return port - 1;
	if (!strcmp(driver, "ata_piix") && target <= 1)
		return (port - 1) * 2 + target;
	return -1;
}

/* The disk number in a virtual device's number: docs/man/xen-vbd-interface.7. */
static int vbd_unit(const char *xenbus)
{
	unsigned int vdev;

	if (sscanf(xenbus, "vbd-%u", &vdev) != 1)
		return -1;
	if (vdev >> 28)
		return (vdev & (1u << 28)) ? (int)((vdev & 0xfffffff) >> 8) : -1;
	switch (vdev >> 8) {
	case 202: /* xvd */
	case 8:	  /* sd */
		return (vdev & 0xff) >> 4;
	case 3: /* hda, hdb */
		return (vdev & 0xff) >> 6;
	case 22: /* hdc, hdd */
		return 2 + ((vdev & 0xff) >> 6);
	}
	return -1;
}

/* A controller, a bus or a paravirtual interface is on its path: it is there, used or not. */
static bool has_device(const struct origin *origin)
{
	return origin->letter != LETTER_UNKNOWN || origin->pci[0] || origin->what[0];
}

static bool is_virtual(const char *name, const char *path)
{
	return !strncmp(path, "sys/devices/virtual/", 20) || drive__is_listed(name);
}

static uint64_t requests_done(struct guest *guest, const char *name)
{
	char line[256];

	if (files__read(guest->files, line, sizeof(line), "sys/block/%s/stat", name))
		return 0;
	return disk_stat__parse(line);
}

/* Returns false for what is no disk now: an unused loop or nbd device, a hidden path. */
static bool read_disk(struct guest *guest, struct disk *disk, struct guest_disk *more,
		      const char *name)
{
	struct files *files = guest->files;
	char path[FILES_PATH], dev[32];

	str__set(disk->name, sizeof(disk->name), "%s", name);
	files__read(files, dev, sizeof(dev), "sys/block/%s/dev", name);
	if (sscanf(dev, "%u:%u", &disk->major, &disk->minor) != 2)
		return false; /* multipath.c looks for those that have none */
	files__number(files, &more->sectors, "sys/block/%s/size", name);
	disk->sectors = more->sectors;
	files__resolve(files, path, sizeof(path), "sys/block/%s", name);
	more->unit = -1;
	origin__find(&more->origin, guest, path);
	if (!has_device(&more->origin) && is_virtual(name, path)) {
		if (!more->sectors)
			return false;
		drive__place(guest, disk, more);
	} else {
		drive__medium(guest, disk, &more->origin);
	}
	if (more->origin.xenbus[0])
		more->unit = vbd_unit(more->origin.xenbus);
	else
		more->unit = ata_unit(guest, path, more->origin.driver);
	strcpy(disk->driver, more->origin.driver);
	disk->letter = more->origin.letter;
	disk->requests = requests_done(guest, name);
	disks__read_queues(guest, name, disk);
	return true;
}

/* A device has one name: two are as wrong as none. */
static void find_doubles(struct guest *guest)
{
	const struct platform *p = guest->p;

	for (size_t i = 0; i < p->nr_disks; i++) {
		for (size_t k = 0; k < p->nr_disks; k++) {
			struct origin *origin = &guest->disks[i].origin;

			if (k == i || p->disks[k].major != p->disks[i].major ||
			    p->disks[k].minor != p->disks[i].minor)
				continue;
			origin->conflicting = true;
			str__add(origin->evidence, sizeof(origin->evidence), "; ",
				 "%u:%u is also %s", p->disks[i].major, p->disks[i].minor,
				 p->disks[k].name);
		}
	}
}

int disks__read(struct guest *guest)
{
	struct platform *p = guest->p;
	struct names names;
	int err = 0;

	if (files__list(guest->files, &names, "sys/block") || !names.nr)
		return 0;
	p->disks = calloc(names.nr, sizeof(*p->disks));
	guest->disks = calloc(names.nr, sizeof(*guest->disks));
	if (!p->disks || !guest->disks)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < names.nr; i++) {
		struct disk *disk = &p->disks[p->nr_disks];
		struct guest_disk *more = &guest->disks[p->nr_disks];

		memset(disk, 0, sizeof(*disk));
		memset(more, 0, sizeof(*more));
		if (read_disk(guest, disk, more, names.name[i]))
			p->nr_disks++;
	}
	if (!err)
		err = multipath__read(guest, &names);
	names__free(&names);
	if (!err) {
		find_doubles(guest);
		disks__pair(guest);
	}
	return err ? err : mounts__read(guest);
}

/* One disk configured for an HVM guest shows by both paths unless the emulated one is unplugged. */
void disks__pair(struct guest *guest)
{
	struct platform *p = guest->p;

	for (size_t i = 0; i < p->nr_disks; i++) {
		for (size_t k = 0; k < p->nr_disks; k++) {
			const struct guest_disk *emulated = &guest->disks[i];
			const struct guest_disk *pv = &guest->disks[k];

			if (p->disks[i].letter != LETTER_VS || emulated->origin.what[0] ||
			    !pv->origin.xenbus[0] || emulated->unit < 0 ||
			    emulated->unit != pv->unit || emulated->sectors != pv->sectors ||
			    !pv->sectors)
				continue;
			strcpy(p->disks[i].same_as, p->disks[k].name);
			strcpy(p->disks[k].same_as, p->disks[i].name);
		}
	}
}
