// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Block devices that are no plain disk: what has a medium of its own kind, and what has no device
 * below it, of which some lie on other disks and some are where requests end.
 */
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"
#include "base/str.h"

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
 * What a driver's devices lie on, by the name that it gives them, which a number follows. Needed for
 * words, and for those that lie on disks and have no slaves in sysfs: it says so of all others.
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

static void drive__stack(struct disk *disk, struct origin *origin)
{
	disk->stacked = true;
	str__set(origin->how, sizeof(origin->how), "%s, on other disks", origin->driver);
}

void drive__end(struct disk *disk, struct origin *origin, const char *where)
{
	disk->stacked = false;
	str__set(origin->how, sizeof(origin->how), "%s", "");
	origin__is(origin, origin->driver);
	if (where[0])
		str__add(origin->how, sizeof(origin->how), ", ", "%s", where);
}

/* Requests end at what no other disk is below. */
void drive__place(struct guest *guest, struct disk *disk, struct guest_disk *more)
{
	const struct family *family = find_family(disk->name);
	struct origin *origin = &more->origin;

	str__set(origin->driver, sizeof(origin->driver), "%.*s",
		 (int)strcspn(disk->name, "-!0123456789"), disk->name);
	if (has_others(guest, disk->name, "slaves") || (family && family->below != BELOW_NOTHING))
		drive__stack(disk, origin);
	else
		drive__end(disk, origin, family ? family->where : "");
	more->idle = family && family->idle && !has_others(guest, disk->name, "holders");
	if (family && family->below == BELOW_FILE)
		files__read(guest->files, more->file, sizeof(more->file),
			    "sys/block/%s/loop/backing_file", disk->name);
}

bool drive__is_listed(const char *name)
{
	return find_family(name);
}

void drive__medium(struct guest *guest, const struct disk *disk, struct origin *origin)
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
