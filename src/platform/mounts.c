// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where each disk is mounted: by itself, by a partition, or by a device stacked on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"
#include "platform/str.h"

#define DEPTH_MAX 8 /* of stacking: LUKS on LVM on RAID is 3 */

/* One line: "36 35 98:0 /root /mnt rw - ext4 /dev/sda1 rw"; see proc(5). */
struct mount {
	unsigned int major, minor;
	char point[96];
	char source[96];
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
	    sscanf(rest, " - %*s %95s", mount->source) != 1)
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
	str__add(disk->mounts, sizeof(disk->mounts), ", ", "%s", point);
}

/* To the block device of this name, its disk if it is a partition, and all that they lie on. */
static void mount_on(struct guest *guest, const char *name, const char *point, int depth)
{
	char path[FILES_PATH], disk[64] = "";
	const char *slash, *before;
	struct names slaves;

	if (files__resolve(guest->files, path, sizeof(path), "sys/class/block/%s", name))
		return;
	slash = strrchr(path, '/');
	if (!slash)
		return;
	if (files__exists(guest->files, "%s/partition", path)) {
		before = memrchr(path, '/', slash - path);
		before = before ? before + 1 : path;
		str__set(disk, sizeof(disk), "%.*s", (int)(slash - before), before);
	} else {
		str__set(disk, sizeof(disk), "%s", slash + 1);
	}
	for (size_t i = 0; i < guest->p->nr_disks; i++)
		if (!strcmp(guest->p->disks[i].name, disk))
			note(&guest->p->disks[i], point);
	if (depth >= DEPTH_MAX || files__list(guest->files, &slaves, "sys/block/%s/slaves", disk))
		return;
	for (size_t i = 0; i < slaves.nr; i++)
		mount_on(guest, slaves.name[i], point, depth + 1);
	names__free(&slaves);
}

/* Block devices by number: sysfs has a link for each. */
static void mount__place(struct guest *guest, const struct mount *mount)
{
	char name[64];

	if (mount->major) {
		if (!files__target(guest->files, name, sizeof(name), "sys/dev/block/%u:%u",
				   mount->major, mount->minor))
			mount_on(guest, name, mount->point, 0);
	} else if (!strncmp(mount->source, "/dev/", 5) && !strchr(mount->source + 5, '/')) {
		mount_on(guest, mount->source + 5, mount->point, 0); /* btrfs, say */
	}
}

/* Block devices only: what else is mounted is not looked at, and not saved. */
static bool is_block(const struct mount *mount)
{
	return mount->major || !strncmp(mount->source, "/dev/", 5);
}

int mounts__read(struct guest *guest)
{
	char *text = files__slurp(guest->files, "proc/self/mountinfo"), *save = NULL;
	char *seen = text ? calloc(1, strlen(text) + 2) : NULL, *end = seen;
	struct mount mount;

	if (!seen) {
		free(text);
		return text ? -ENOMEM : 0;
	}
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!mount__parse(&mount, line) || !is_block(&mount))
			continue;
		end = stpcpy(stpcpy(end, line), "\n");
		mount__place(guest, &mount);
	}
	files__note(guest->files, "proc/self/mountinfo", seen);
	free(seen);
	free(text);
	return 0;
}
