// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "platform/backs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "platform/files.h"

const struct back_kind back_disks = { "vbd", "xen-blkback", "xen_blkback" };
const struct back_kind back_nics = { "vif", "xen-netback", "xen_netback" };

bool backs__possible(const struct back_kind *kind, const char *root)
{
	struct files *files;
	bool possible;

	if (files__open_figures(&files, root))
		return false;
	/* a module, or built in */
	possible = files__exists(files, "sys/module/%s", kind->module) ||
		   files__exists(files, "sys/bus/xen-backend/drivers/%s", kind->type);
	files__close(files);
	return possible;
}

/* Is it "vbd-3-51712", for "vbd"? */
static bool parse(const char *name, const char *type, struct back *back)
{
	const size_t len = strlen(type);

	return !strncmp(name, type, len) &&
	       sscanf(name + len, "-%u-%u", &back->domain, &back->device) == 2;
}

int backs__read(const struct back_kind *kind, struct back **out, size_t *nr, const char *root)
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
		struct back *back = &(*out)[*nr];

		if (!parse(names.name[i], kind->type, back))
			continue;
		STR_SET(back->name, "%s", names.name[i]);
		(*nr)++;
	}
	names__free(&names);
out:
	files__close(files);
	return err;
}
