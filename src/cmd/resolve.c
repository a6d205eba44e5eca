// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/resolve.h"

#define DEPTH_MAX 8 /* dm on md on dm … */

static int add_name(const struct platform *platform, const char *name, const char **names,
		    size_t max)
{
	size_t nr = 0;

	for (size_t i = 0; i < platform->nr_disks; i++) {
		const struct disk *disk = &platform->disks[i];

		if (strcmp(disk->name, name) || disk->stacked)
			continue;
		for (nr = 0; names[nr]; nr++) {
			if (strcmp(names[nr], name) == 0)
				return 0;
		}
		if (nr == max)
			return -E2BIG;
		names[nr] = disk->name;
		names[nr + 1] = NULL;
		return 0;
	}
	return -ENOENT;
}

/* /sys/block's folder of a block device: a partition's is its disk's. */
static int block_dir(dev_t dev, char *dir)
{
	char link[64], part[PATH_MAX + 16];

	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(dev), minor(dev));
	if (!realpath(link, dir))
		return -ENOENT;
	snprintf(part, sizeof(part), "%s/partition", dir);
	if (access(part, F_OK) == 0)
		*strrchr(dir, '/') = '\0';
	return 0;
}

/* The leaf disks below a block device: itself, or what its slaves are made of. */
static int add_leaves(const struct platform *platform, const char *dir, const char **names,
		      size_t max, int depth)
{
	char path[PATH_MAX + 300], slave[PATH_MAX], part[PATH_MAX + 16];
	int err = -ENOENT, one;
	struct dirent *entry;
	DIR *slaves;

	if (depth == DEPTH_MAX)
		return -ELOOP;
	snprintf(path, sizeof(path), "%s/slaves", dir);
	slaves = opendir(path);
	while (slaves && (entry = readdir(slaves))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/slaves/%s", dir, entry->d_name);
		if (!realpath(path, slave))
			continue;
		snprintf(part, sizeof(part), "%s/partition", slave);
		if (access(part, F_OK) == 0)
			*strrchr(slave, '/') = '\0';
		one = add_leaves(platform, slave, names, max, depth + 1);
		if (err == -ENOENT || one == -E2BIG)
			err = one;
	}
	if (slaves)
		closedir(slaves);
	return err == -ENOENT ? add_name(platform, strrchr(dir, '/') + 1, names, max) : err;
}

/* A device file's number, or the number of the file system that a path is on. */
static int find_device(const char *what, dev_t *dev)
{
	static const char *const places[] = { "", "/dev/", "/dev/mapper/" };
	char path[PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (i == 0 && !strchr(what, '/'))
			continue; /* a bare name is a device's, not a file's here */
		snprintf(path, sizeof(path), "%s%s", places[i], what);
		if (stat(path, &st))
			continue;
		*dev = S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev;
		return 0;
	}
	return -ENOENT;
}

int resolve__disk(const struct platform *platform, const char *what, const char **names, size_t max)
{
	char dir[PATH_MAX];
	int err = -ENOENT;
	dev_t dev;

	if (find_device(what, &dev) == 0 && block_dir(dev, dir) == 0)
		err = add_leaves(platform, dir, names, max, 0);
	if (err == -ENOENT)
		err = add_name(platform, what, names, max);
	if (err == -E2BIG)
		elog("more than %zu disks", max);
	else if (err)
		elog("no disk behind '%s': name a device, a mount point or a dm name (see detect)",
		     what);
	return err;
}
