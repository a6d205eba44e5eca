// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which devices have gone since they were read. */
#include <stdio.h>

#include "platform/files.h"
#include "platform/platform.h"

/* A loop device stays when its file is taken from it, and is empty then. */
static bool disk_is_gone(struct files *files, const struct disk *disk)
{
	unsigned int major, minor;
	unsigned long long sectors;
	char dev[32];

	FILES_READ(files, dev, "sys/block/%s/dev", disk->name);
	if (sscanf(dev, "%u:%u", &major, &minor) != 2 || major != disk->major ||
	    minor != disk->minor)
		return true;
	return disk->sectors && !files__number(files, &sectors, "sys/block/%s/size", disk->name) &&
	       !sectors;
}

static bool nic_is_gone(struct files *files, const struct nic *nic)
{
	unsigned long long ifindex;

	return files__number(files, &ifindex, "sys/class/net/%s/ifindex", nic->name) ||
	       ifindex != nic->ifindex;
}

int platform__note_gone(struct platform *platform, const char *root)
{
	struct files *files;
	int err = files__open_figures(&files, root);

	if (err)
		return err;
	for (size_t i = 0; i < platform->nr_disks; i++)
		platform->disks[i].gone = disk_is_gone(files, &platform->disks[i]);
	for (size_t i = 0; i < platform->nr_nics; i++)
		platform->nics[i].gone = nic_is_gone(files, &platform->nics[i]);
	files__close(files);
	return 0;
}
