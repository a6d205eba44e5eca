// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What lies on which disk: file systems, by the disk itself, by a partition, or by a device stacked
 * on it; and the file of a loop device.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"

#define DEPTH_MAX 8 /* of stacking: LUKS on LVM on RAID is 3 */

/* One line: "36 35 98:0 /root /mnt rw - ext4 /dev/sda1 rw"; see proc(5). */
struct mount {
	unsigned int major, minor;
	char point[MOUNT_POINT];
	char type[32];
	char source[96];
};

/* File systems that have no disk of this guest below them, and where they keep a file. */
static const struct {
	const char *type, *where;
} without_disk[] = {
	{ "tmpfs", "in memory" },	{ "ramfs", "in memory" },
	{ "rootfs", "in memory" },	{ "devtmpfs", "in memory" },
	{ "hugetlbfs", "in memory" },	{ "nfs", "over the network" },
	{ "nfs4", "over the network" }, { "cifs", "over the network" },
	{ "smb3", "over the network" }, { "ceph", "over the network" },
	{ "9p", "by the host" },	{ "virtiofs", "by the host" },
};

/* Octal escapes of white space and backslash, as "\040". */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' &&
		    from[2] <= '7' && from[3] >= '0' && from[3] <= '7') {
			*to = (from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

static bool mount__parse(struct mount *mount, const char *line)
{
	const char *rest = strstr(line, " - ");

	if (!rest ||
	    sscanf(line, "%*u %*u %u:%u %*s %95s", &mount->major, &mount->minor, mount->point) !=
		    3 ||
	    sscanf(rest, " - %31s %95s", mount->type, mount->source) != 2)
		return false;
	unescape(mount->point);
	return true;
}

static void note(struct disk *disk, const char *point)
{
	size_t len = strlen(point);
	const char *at = disk->mounts;

	while ((at = strstr(at, point))) { /* mounted there twice */
		if ((at == disk->mounts || at[-1] == ' ') && (!at[len] || at[len] == ','))
			return;
		at += len;
	}
	if (strlen(disk->mounts) + len + 3 > sizeof(disk->mounts))
		return;
	STR_ADD(disk->mounts, ", ", "%s", point);
}

/* Called for each disk that a block device lies on. Not 0: no more of them. */
typedef int disk_fn(void *ctx, const char *disk);

/* The disk that this link leads to, or the whole one of a partition, and all that it lies on. */
static int for_disks_below(struct files *files, const char *link, disk_fn *take, void *ctx,
			   int depth)
{
	char path[FILES_PATH], below[FILE_NAME], *disk;
	struct names slaves;
	int err;

	if (FILES_RESOLVE(files, path, "%s", link) || !strchr(path, '/'))
		return 0;
	if (files__exists(files, "%s/partition", path))
		*strrchr(path, '/') = '\0';
	disk = basename(path);
	err = take(ctx, disk);
	if (err || depth >= DEPTH_MAX || files__list(files, &slaves, "sys/block/%s/slaves", disk))
		return err;
	for (size_t i = 0; !err && i < slaves.nr; i++) {
		STR_SET(below, "sys/class/block/%s", slaves.name[i]);
		err = for_disks_below(files, below, take, ctx, depth + 1);
	}
	names__free(&slaves);
	return err;
}

struct leaves {
	const struct platform *platform;
	const char **names;
	size_t nr, max;
	bool any;
};

static int add_leaf(void *ctx, const char *name)
{
	struct leaves *leaves = ctx;
	const struct disk *disk = platform__disk(leaves->platform, name);

	if (!disk || disk->stacked)
		return 0;
	leaves->any = true;
	for (size_t i = 0; i < leaves->nr; i++)
		if (!strcmp(leaves->names[i], name))
			return 0;
	if (leaves->nr == leaves->max)
		return -E2BIG;
	leaves->names[leaves->nr++] = disk->name;
	return 0;
}

int platform__leaves(const struct platform *platform, const char *root, const char *link,
		     const char **names, size_t *nr, size_t max)
{
	struct leaves leaves = { platform, names, *nr, max };
	struct files *files;
	int err = files__open(&files, root);

	if (err)
		return err;
	err = for_disks_below(files, link, add_leaf, &leaves, 0);
	files__close(files);
	*nr = leaves.nr;
	return err || leaves.any ? err : -ENOENT;
}

struct place {
	struct platform *platform;
	const char *point;
};

static int note_place(void *ctx, const char *name)
{
	const struct place *place = ctx;

	for (size_t i = 0; i < place->platform->nr_disks; i++)
		if (!strcmp(place->platform->disks[i].name, name))
			note(&place->platform->disks[i], place->point);
	return 0;
}

/* Block devices by number: sysfs has a link for each. */
static void mount__place(struct guest *guest, const struct mount *mount)
{
	struct place place = { guest->p, mount->point };
	char link[128];

	if (mount->major)
		STR_SET(link, "sys/dev/block/%u:%u", mount->major, mount->minor);
	else if (!strncmp(mount->source, "/dev/", 5) && !strchr(mount->source + 5, '/'))
		STR_SET(link, "sys/class/block/%s", mount->source + 5); /* btrfs, say */
	else
		return;
	for_disks_below(guest->files, link, note_place, &place, 0);
}

/* Block devices only: what else is mounted is not looked at, and not saved. */
static bool is_block(const struct mount *mount)
{
	return mount->major || !strncmp(mount->source, "/dev/", 5);
}

/* The length of the mount point if it is above the file; 0: it is not, or was cut. */
static size_t above(const struct mount *mount, const char *file)
{
	size_t len = strlen(mount->point);

	if (len == sizeof(mount->point) - 1 || strncmp(file, mount->point, len))
		return 0;
	return file[len] == '/' || mount->point[len - 1] == '/' ? len : 0;
}

/* A loop device ends at its file if the file lies on no disk; the last such mount hides others. */
static void hold(struct guest *guest, size_t i, const struct mount *mount)
{
	struct guest_disk *more = &guest->disks[i];
	char where[64];

	if (!more->file[0] || !above(mount, more->file) ||
	    strlen(mount->point) < strlen(more->holder))
		return;
	strcpy(more->holder, mount->point);
	guest->p->disks[i].stacked = true;
	for (size_t k = 0; k < LENGTH(without_disk); k++) {
		if (strcmp(without_disk[k].type, mount->type))
			continue;
		STR_SET(where, "%s: a file on %s", without_disk[k].where, mount->type);
		disk__end_at(&guest->p->disks[i], &more->origin, where);
	}
}

static bool holds_any(const struct guest *guest, const struct mount *mount)
{
	for (size_t i = 0; i < guest->p->nr_disks; i++)
		if (guest->disks[i].file[0] && !strcmp(guest->disks[i].holder, mount->point))
			return true;
	return false;
}

/* Every line in turn that is one of a mount: the text is kept. Returns the next line, or NULL. */
static const char *next_mount(const char *line, struct mount *mount, const char **begin,
			      size_t *len)
{
	char copy[2048];

	while (*line) {
		*begin = line;
		*len = strcspn(line, "\n");
		line += *len + (line[*len] != '\0');
		if (*len >= sizeof(copy))
			continue;
		STR_SET(copy, "%.*s", (int)*len, *begin);
		if (mount__parse(mount, copy))
			return line;
	}
	return NULL;
}

static int note_swap(void *ctx, const char *name)
{
	struct guest *guest = ctx;

	for (size_t i = 0; i < guest->p->nr_disks; i++)
		if (!strcmp(guest->p->disks[i].name, name))
			guest->p->disks[i].swap = true;
	return 0;
}

/* The mount that a file lies on, of those of block devices; the last one hides others. */
static bool find_holder(const char *mounts, const char *file, struct mount *holder)
{
	size_t len, best = 0;
	struct mount mount;
	const char *line;

	for (const char *at = mounts; (at = next_mount(at, &mount, &line, &len));) {
		if (!above(&mount, file) || above(&mount, file) < best)
			continue;
		best = above(&mount, file);
		*holder = mount;
	}
	return best;
}

/* Swap areas are block devices or files: proc(5), "/dev/xvda2 partition 1048572 0 -2". */
static void read_swaps(struct guest *guest, const char *mounts)
{
	char *text = files__slurp(guest->files, "proc/swaps"), *save = NULL, name[128], type[16];
	char link[192];
	struct mount mount;

	for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "%127s %15s", name, type) != 2 || name[0] != '/')
			continue;
		unescape(name);
		if (!strncmp(name, "/dev/", 5) && !strchr(name + 5, '/'))
			STR_SET(link, "sys/class/block/%s", name + 5);
		else if (!strcmp(type, "file") && find_holder(mounts, name, &mount) && mount.major)
			STR_SET(link, "sys/dev/block/%u:%u", mount.major, mount.minor);
		else
			continue;
		for_disks_below(guest->files, link, note_swap, guest, 0);
	}
	free(text);
}

int mounts__read(struct guest *guest)
{
	char *text = files__slurp(guest->files, "proc/self/mountinfo");
	char *seen = text ? calloc(1, strlen(text) + 2) : NULL, *end = seen;
	struct mount mount;
	const char *line;
	size_t len;

	if (!seen) {
		free(text);
		return text ? -ENOMEM : 0;
	}
	for (const char *at = text; (at = next_mount(at, &mount, &line, &len));)
		for (size_t i = 0; i < guest->p->nr_disks; i++)
			hold(guest, i, &mount);
	for (const char *at = text; (at = next_mount(at, &mount, &line, &len));) {
		if (!is_block(&mount) && !holds_any(guest, &mount))
			continue;
		end = stpcpy(mempcpy(end, line, len), "\n");
		if (is_block(&mount))
			mount__place(guest, &mount);
	}
	read_swaps(guest, text);
	files__note(guest->files, "proc/self/mountinfo", seen);
	free(seen);
	free(text);
	return 0;
}
