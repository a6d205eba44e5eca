// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Block devices, from /sys/block: disks with their tags and who serves them; what is no plain disk,
 * as it has a medium of its own kind or no device below it; and the paths of disks that have
 * several.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/counts.h"
#include "platform/guest.h"

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

/* Queues, tags and whether requests are stamped. */
static void read_queues(struct guest *guest, const char *name, struct disk *disk)
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

/* "mq-deadline" of "none [mq-deadline] kyber". */
static void find_chosen(char *chosen, size_t size, const char *list)
{
	const char *begin = strchr(list, '[');

	if (begin)
		str__set(chosen, size, "%.*s", (int)strcspn(begin + 1, "]"), begin + 1);
	else
		str__set(chosen, size, "%s", list);
}

/*
 * How requests are ordered and how large they may be. Of blkfront `segments` says whether it got
 * indirect descriptors: else it is 11, what fits into the ring (BLKIF_MAX_SEGMENTS_PER_REQUEST;
 * drivers/block/xen-blkfront.c:blkif_set_queue_limits()).
 */
static void read_limits(struct guest *guest, struct disk *disk)
{
	unsigned long long segments;
	char text[128];

	if (!FILES_READ(guest->files, text, "sys/block/%s/queue/scheduler", disk->name))
		find_chosen(disk->scheduler, sizeof(disk->scheduler), text);
	if (!files__number(guest->files, &segments, "sys/block/%s/queue/max_segments", disk->name))
		disk->segments = bounded(segments, QUEUES_MAX);
	if (disk->front == FRONT_BLKFRONT &&
	    !FILES_READ(guest->files, text,
			"sys/module/xen_blkfront/parameters/feature_persistent"))
		disk->persistent = text[0] == 'Y' ? SETTING_ON : SETTING_OFF;
}

/*
 * The number of an emulated disk in the guest's configuration: Xen's toolstack puts disk N of an
 * AHCI controller on port N, and of an IDE one on channel N / 2 as master or slave
 * (tools/libs/light/libxl_dm.c). ataN is numbered over all controllers, port_no within one.
 */
static int ata_unit(struct guest *guest, const char *path, const char *driver)
{
	unsigned int ata, target;
	const char *at = strstr(path, "/ata");
	unsigned long long port;
	int len = 0;

	if (!at ||
	    sscanf(at, "/ata%u/host%*u/target%*u:%*u:%*u/%*u:%*u:%u:%*u%n", &ata, &target, &len) !=
		    2 ||
	    !len ||
	    files__number(guest->files, &port, "%.*s/ata%u/ata_port/ata%u/port_no",
			  (int)(at - path), path, ata, ata) ||
	    port < 1 || port > 64)
		return -1;
	if (!strcmp(driver, "ahci"))
		return port - 1;
	if (!strcmp(driver, "ata_piix") && target <= 1)
		return (port - 1) * 2 + target;
	return -1;
}

/* 51712 of "vbd-51712"; 0: it is none. */
static unsigned int vbd_number(const char *xenbus)
{
	unsigned int number;

	return sscanf(xenbus, "vbd-%u", &number) == 1 ? number : 0;
}

/* The disk number in a virtual device's number: docs/man/xen-vbd-interface.7. */
static int vbd_unit(const char *xenbus)
{
	const unsigned int vdev = vbd_number(xenbus);

	if (!vdev)
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

/* Numbers that the kernel gives to one kind alone (Documentation/admin-guide/devices.txt). */
static const struct {
	unsigned int major;
	const char *what;
} drives[] = {
	{ 2, "floppy drive" },
	{ 11, "CD drive" },
};

enum below { BELOW_DISKS, BELOW_FILE, BELOW_NOTHING };

/*
 * What a driver's devices lie on, by the name that it gives them, which a number follows. Needed
 * for words, and for those that lie on disks and have no slaves in sysfs: it says so of all others.
 */
static const struct family {
	const char *name;
	enum below below;
	const char *where;
	bool idle; /* its module makes some that nobody asked for, of a size */
} families[] = {
	{ "dm-", BELOW_DISKS, "" },
	{ "md", BELOW_DISKS, "" },
	{ "bcache", BELOW_DISKS, "" },
	{ "drbd", BELOW_DISKS, "" },
	{ "zd", BELOW_DISKS, "" }, /* ZFS's volumes */
	{ "loop", BELOW_FILE, "" },
	{ "nbd", BELOW_NOTHING, "over the network" },
	{ "rbd", BELOW_NOTHING, "over the network" },
	{ "rnbd", BELOW_NOTHING, "over the network" },
	{ "etherd!e", BELOW_NOTHING, "over the network" }, /* ATA over Ethernet */
	{ "ublkb", BELOW_NOTHING, "by a process" },
	{ "ram", BELOW_NOTHING, "in memory", .idle = true },
	{ "zram", BELOW_NOTHING, "in memory" },
	{ "nullb", BELOW_NOTHING, "in memory" },
};

static const struct family *find_family(const char *name)
{
	for (size_t i = 0; i < LENGTH(families); i++) {
		size_t len = strlen(families[i].name);

		if (!strncmp(name, families[i].name, len) && name[len] >= '0' && name[len] <= '9')
			return &families[i];
	}
	return NULL;
}

/* Other devices: "slaves" that it lies on, "holders" that lie on it. */
static bool has_others(struct guest *guest, const char *name, const char *which)
{
	struct names names;
	bool any;

	if (files__list(guest->files, &names, "sys/block/%s/%s", name, which))
		return false;
	any = names.nr;
	names__free(&names);
	return any;
}

void disk__end_at(struct disk *disk, struct origin *origin, const char *where)
{
	disk->stacked = false;
	STR_SET(origin->how, "%s", "");
	origin__is(origin, origin->driver);
	if (where[0])
		STR_ADD(origin->how, ", ", "%s", where);
}

/* A device without a controller: what it lies on, or where else its requests end. */
static void place_drive(struct guest *guest, struct disk *disk, struct guest_disk *more)
{
	const struct family *family = find_family(disk->name);
	struct origin *origin = &more->origin;

	STR_SET(origin->driver, "%.*s", (int)strcspn(disk->name, "-!0123456789"), disk->name);
	disk->stacked = has_others(guest, disk->name, "slaves") ||
			(family && family->below != BELOW_NOTHING);
	if (disk->stacked)
		STR_SET(origin->how, "%s, on other disks", origin->driver);
	else
		disk__end_at(disk, origin, family ? family->where : "");
	more->idle = family && family->idle && !has_others(guest, disk->name, "holders");
	if (family && family->below == BELOW_FILE)
		FILES_READ(guest->files, more->file, "sys/block/%s/loop/backing_file", disk->name);
}

/* What medium a drive is for, if it is no plain disk. */
static void find_medium(struct guest *guest, const struct disk *disk, struct origin *origin)
{
	unsigned long long removable = 0;

	if (origin->what[0])
		return;
	for (size_t i = 0; i < LENGTH(drives); i++) {
		if (drives[i].major == disk->major) {
			origin__is(origin, drives[i].what);
			return;
		}
	}
	if (!files__number(guest->files, &removable, "sys/block/%s/removable", disk->name) &&
	    removable)
		origin__is(origin, "removable");
}

/*
 * NVMe's native multipath: nvme0n1 is a device of its own that sends each request to one of its
 * paths, nvme0c0n1, nvme0c1n1 …, disks that the kernel hides. Where requests end is a path; what is
 * used, mounted and asked for is nvme0n1. The paths have no number in sysfs, but since 6.1 one in
 * /proc/diskstats (a0a6314ae774, "block: fix leaking minors of hidden disks").
 */

/* "nvme0c1n2" is the path by controller 1 to "nvme0n2": drivers/nvme/host/multipath.c. */
static bool name_disk(char *disk, size_t size, const char *path)
{
	char subsystem[16], space[16];
	int len = 0;

	if (sscanf(path, "nvme%15[0-9]c%*[0-9]n%15[0-9]%n", subsystem, space, &len) != 2 ||
	    path[len])
		return false;
	str__set(disk, size, "nvme%sn%s", subsystem, space);
	return true;
}

/* A line of /proc/diskstats: " 259       0 nvme0c0n1 34706049 …". Returns where the name begins. */
static const char *parse_numbers(const char *line, unsigned int *major, unsigned int *minor)
{
	char *end;

	*major = strtoul(line, &end, 10);
	*minor = strtoul(end, &end, 10);
	return end + strspn(end, " ");
}

/* The numbers of the hidden disks, and no more of the file: what is used how much is private. */
static void read_numbers(struct guest *guest)
{
	char *text = files__slurp(guest->files, "proc/diskstats"), *save = NULL, kept[4096] = "";
	struct platform *p = guest->p;

	for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save)) {
		unsigned int major, minor;
		const char *name = parse_numbers(line, &major, &minor);

		for (size_t i = 0; i < p->nr_paths; i++) {
			size_t len = strlen(p->paths[i].name);

			if (strncmp(name, p->paths[i].name, len) || name[len] != ' ')
				continue;
			p->paths[i].major = major;
			p->paths[i].minor = minor;
			STR_ADD(kept, "\n", "%u %u %s 0", major, minor, p->paths[i].name);
		}
	}
	if (text)
		files__note(guest->files, "proc/diskstats", kept);
	free(text);
}

static void read_path(struct guest *guest, struct disk_path *path, struct origin *origin,
		      const char *name)
{
	char place[FILES_PATH];
	struct disk queues = {};

	STR_SET(path->name, "%s", name);
	FILES_RESOLVE(guest->files, place, "sys/block/%s", name);
	origin__find(origin, guest, place);
	read_queues(guest, name, &queues);
	path->hw_queues = queues.hw_queues;
	path->tags = queues.tags;
	path->depth = queues.depth;
	path->iostats = queues.iostats;
}

/* The disk is served by what serves its path; paths that differ are no evidence. */
static void join(struct disk *disk, struct origin *origin, const struct disk_path *path,
		 const struct origin *by, bool first)
{
	/* "nvme0" in "…/nvme/nvme0/nvme0c0n1" */
	const char *end = strrchr(by->path, '/');
	const char *begin = end ? memrchr(by->path, '/', end - by->path) : NULL;
	char controller[32] = "";

	if (begin)
		STR_SET(controller, "%.*s", (int)(end - begin - 1), begin + 1);
	if (first) {
		*origin = *by;
		disk->letter = by->letter;
		strcpy(disk->driver, by->driver);
		disk->hw_queues = path->hw_queues;
		disk->tags = path->tags;
		disk->depth = path->depth;
		disk->iostats = path->iostats;
		STR_ADD(origin->evidence, "; ", "through %s", controller);
		return;
	}
	disk->iostats &= path->iostats;
	STR_ADD(origin->evidence, ", ", "%s", controller);
	if (by->letter == disk->letter)
		return;
	disk->letter = origin->letter = LETTER_UNKNOWN;
	STR_SET(origin->how, "%s", "paths of several kinds");
}

static void join_all(struct guest *guest)
{
	struct platform *p = guest->p;

	for (size_t i = 0; i < p->nr_disks; i++) {
		bool first = true;

		for (size_t k = 0; k < p->nr_paths; k++) {
			if (strcmp(p->paths[k].disk, p->disks[i].name))
				continue;
			join(&p->disks[i], &guest->disks[i].origin, &p->paths[k], &guest->paths[k],
			     first);
			first = false;
		}
	}
}

/* The hidden paths among the names of /sys/block, and their disks. */
static int read_paths(struct guest *guest, const struct names *names)
{
	struct platform *p = guest->p;
	size_t nr = 0;

	p->paths = calloc(names->nr, sizeof(*p->paths));
	guest->paths = calloc(names->nr, sizeof(*guest->paths));
	if (!p->paths || !guest->paths)
		return -ENOMEM;
	for (size_t i = 0; i < names->nr; i++) {
		if (!name_disk(p->paths[nr].disk, sizeof(p->paths[nr].disk), names->name[i]))
			continue;
		read_path(guest, &p->paths[nr], &guest->paths[nr], names->name[i]);
		nr++;
	}
	p->nr_paths = nr;
	if (nr)
		read_numbers(guest);
	join_all(guest);
	return 0;
}

/* A controller, a bus or a paravirtual interface is on its path: it is there, used or not. */
static bool has_device(const struct origin *origin)
{
	return origin->letter != LETTER_UNKNOWN || origin->pci[0] || origin->what[0];
}

static bool is_virtual(const char *name, const char *path)
{
	return !strncmp(path, "sys/devices/virtual/", 20) || find_family(name);
}

static uint64_t requests_done(struct guest *guest, const char *name)
{
	char line[256];

	if (FILES_READ(guest->files, line, "sys/block/%s/stat", name))
		return 0;
	return disk_stat__parse(line);
}

/* Returns false for what is no disk now: an unused loop or nbd device, a hidden path. */
static bool read_disk(struct guest *guest, struct disk *disk, struct guest_disk *more,
		      const char *name)
{
	struct files *files = guest->files;
	unsigned long long sectors = 0;
	char path[FILES_PATH], dev[32];

	STR_SET(disk->name, "%s", name);
	FILES_READ(files, dev, "sys/block/%s/dev", name);
	if (sscanf(dev, "%u:%u", &disk->major, &disk->minor) != 2)
		return false; /* read_paths() looks for those that have none */
	files__number(files, &sectors, "sys/block/%s/size", name);
	disk->sectors = sectors;
	FILES_RESOLVE(files, path, "sys/block/%s", name);
	origin__find(&more->origin, guest, path);
	if (!has_device(&more->origin) && is_virtual(name, path)) {
		if (!sectors)
			return false;
		place_drive(guest, disk, more);
	} else {
		find_medium(guest, disk, &more->origin);
	}
	if (more->origin.xenbus[0])
		more->unit = vbd_unit(more->origin.xenbus);
	else
		more->unit = ata_unit(guest, path, more->origin.driver);
	strcpy(disk->driver, more->origin.driver);
	disk->front = more->origin.front;
	if (disk->front == FRONT_BLKFRONT)
		disk->vbd = vbd_number(more->origin.xenbus);
	disk->letter = more->origin.letter;
	disk->requests = requests_done(guest, name);
	read_queues(guest, name, disk);
	read_limits(guest, disk);
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
			STR_ADD(origin->evidence, "; ", "%u:%u is also %s", p->disks[i].major,
				p->disks[i].minor, p->disks[k].name);
		}
	}
}

/* One disk configured for an HVM guest shows by both paths unless the emulated one is unplugged. */
static void pair_disks(struct guest *guest)
{
	struct platform *p = guest->p;

	for (size_t i = 0; i < p->nr_disks; i++) {
		for (size_t k = 0; k < p->nr_disks; k++) {
			const struct guest_disk *emulated = &guest->disks[i];
			const struct guest_disk *pv = &guest->disks[k];

			if (p->disks[i].letter != LETTER_VS || emulated->origin.what[0] ||
			    !pv->origin.xenbus[0] || emulated->unit < 0 ||
			    emulated->unit != pv->unit ||
			    p->disks[i].sectors != p->disks[k].sectors || !p->disks[k].sectors)
				continue;
			strcpy(p->disks[i].same_as, p->disks[k].name);
			strcpy(p->disks[k].same_as, p->disks[i].name);
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

		*disk = (struct disk) {};
		*more = (struct guest_disk) {};
		if (read_disk(guest, disk, more, names.name[i]))
			p->nr_disks++;
	}
	if (!err)
		err = read_paths(guest, &names);
	names__free(&names);
	if (!err) {
		find_doubles(guest);
		pair_disks(guest);
	}
	return err ? err : mounts__read(guest);
}
