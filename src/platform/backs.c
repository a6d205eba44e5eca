// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "platform/backs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "platform/files.h"

bool back_disks__possible(const char *root)
{
	struct files *files;
	bool possible;

	if (files__open_figures(&files, root))
		return false;
	/* a module, or built in */
	possible = files__exists(files, "sys/module/xen_blkback") ||
		   files__exists(files, "sys/bus/xen-backend/drivers/vbd");
	files__close(files);
	return possible;
}

int back_disks__read(struct back_disk **out, size_t *nr, const char *root)
{
	struct files *files;
	struct names names;
	int err;

	*out = NULL;
	*nr = 0;
	err = files__open_figures(&files, root);
	if (err)
		return err;
	if (files__list(files, &names, "sys/bus/xen-backend/devices"))
		goto out;
	*out = calloc(names.nr + 1, sizeof(**out));
	err = *out ? 0 : -ENOMEM;
	for (size_t i = 0; *out && i < names.nr; i++) {
		struct back_disk *disk = &(*out)[*nr];

		if (sscanf(names.name[i], "vbd-%u-%u", &disk->domain, &disk->device) != 2)
			continue;
		STR_SET(disk->name, "%s", names.name[i]);
		(*nr)++;
	}
	names__free(&names);
out:
	files__close(files);
	return err;
}
