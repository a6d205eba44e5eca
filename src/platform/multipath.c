// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * NVMe's native multipath: nvme0n1 is a device of its own that sends each request to one of its paths,
 * nvme0c0n1, nvme0c1n1 …, disks that the kernel hides. Where requests end is a path; what is used,
 * mounted and asked for is nvme0n1. The paths have no number in sysfs, but since 6.1 one in
 * /proc/diskstats (a0a6314ae774, "block: fix leaking minors of hidden disks").
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"
#include "base/str.h"

/* "nvme0c1n2" is the path by controller 1 to "nvme0n2": drivers/nvme/host/multipath.c. */
static bool name_disk(char *disk, size_t size, const char *path)
{
	size_t subsystem, controller, space;
	const char *c, *n;

	if (strncmp(path, "nvme", 4))
		return false;
	subsystem = strspn(path + 4, "0123456789");
	c = path + 4 + subsystem;
	controller = *c == 'c' ? strspn(c + 1, "0123456789") : 0;
	if (!subsystem || !controller)
		return false;
	n = c + 1 + controller;
	space = *n == 'n' ? strspn(n + 1, "0123456789") : 0;
	if (!space || n[1 + space])
		return false;
	str__set(disk, size, "%.*s%s", (int)(c - path), path, n);
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
			str__add(kept, sizeof(kept), "\n", "%u %u %s 0", major, minor,
				 p->paths[i].name);
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

	str__set(path->name, sizeof(path->name), "%s", name);
	files__resolve(guest->files, place, sizeof(place), "sys/block/%s", name);
	origin__find(origin, guest, place);
	disks__read_queues(guest, name, &queues);
	path->hw_queues = queues.hw_queues;
	path->tags = queues.tags;
	path->depth = queues.depth;
	path->iostats = queues.iostats;
}

/* "nvme0" in "…/nvme/nvme0/nvme0c0n1". */
static void name_controller(char *name, size_t size, const char *path)
{
	const char *end = strrchr(path, '/'), *begin = end ? memrchr(path, '/', end - path) : NULL;

	if (begin)
		str__set(name, size, "%.*s", (int)(end - begin - 1), begin + 1);
	else
		str__set(name, size, "%s", "");
}

/* The disk is served by what serves its path; paths that differ are no evidence. */
static void join(struct disk *disk, struct origin *origin, const struct disk_path *path,
		 const struct origin *by, bool first)
{
	char controller[32];

	name_controller(controller, sizeof(controller), by->path);
	if (first) {
		*origin = *by;
		disk->letter = by->letter;
		strcpy(disk->driver, by->driver);
		disk->hw_queues = path->hw_queues;
		disk->tags = path->tags;
		disk->depth = path->depth;
		disk->iostats = path->iostats;
		str__add(origin->evidence, sizeof(origin->evidence), "; ", "through %s",
			 controller);
		return;
	}
	disk->iostats &= path->iostats;
	str__add(origin->evidence, sizeof(origin->evidence), ", ", "%s", controller);
	if (by->letter == disk->letter)
		return;
	disk->letter = origin->letter = LETTER_UNKNOWN;
	str__set(origin->how, sizeof(origin->how), "%s", "paths of several kinds");
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

int multipath__read(struct guest *guest, const struct names *names)
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
