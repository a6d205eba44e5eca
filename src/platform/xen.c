// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Xen's own account of the guest: /sys/hypervisor (drivers/xen/sys-hypervisor.c) and xenbus. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"
#include "base/str.h"

static void read_version(struct guest *guest)
{
	struct files *files = guest->files;
	char extra[24];
	unsigned long long major, minor;

	if (files__number(files, &major, "sys/hypervisor/version/major") ||
	    files__number(files, &minor, "sys/hypervisor/version/minor"))
		return;
	files__read(files, extra, sizeof(extra), "sys/hypervisor/version/extra");
	str__set(guest->p->hypervisor, sizeof(guest->p->hypervisor), "Xen %llu.%llu%s", major,
		 minor, extra);
}

static void read_features(struct guest *guest)
{
	char text[64], *end;

	files__read(guest->files, text, sizeof(text), "sys/hypervisor/properties/features");
	if (!isxdigit((unsigned char)text[0])) /* strtoull() takes signs */
		return;
	errno = 0;
	guest->xen.features = strtoull(text, &end, 16);
	guest->xen.features_known = !errno && !*end;
}

/* Initial domain: three witnesses, of which old kernels have the second only (xenfs mounted). */
static void read_initial_domain(struct guest *guest)
{
	unsigned long long initdomain = 0;
	char text[64];

	if (guest->xen.features_known && guest->xen.features >> XENFEAT_DOM0 & 1)
		guest->xen.initial_domain = true;
	files__read(guest->files, text, sizeof(text), "proc/xen/capabilities");
	if (strstr(text, "control_d"))
		guest->xen.initial_domain = true;
	if (!files__number(guest->files, &initdomain, "sys/hypervisor/start_flags/initdomain") &&
	    initdomain)
		guest->xen.initial_domain = true;
}

/* "vbd-51728" or, of a back end, "vbd-1-51728". */
static void read_device(struct guest *guest, struct xenbus *dev, const char *bus, const char *name)
{
	const char *number;

	str__set(dev->name, sizeof(dev->name), "%s", name);
	str__set(dev->type, sizeof(dev->type), "%s", dev->name);
	dev->type[strcspn(dev->type, "-")] = '\0';
	number = strrchr(dev->name, '-');
	if (number)
		dev->id = strtoul(number + 1, NULL, 10);
	files__read(guest->files, dev->nodename, sizeof(dev->nodename),
		    "sys/bus/%s/devices/%s/nodename", bus, dev->name);
	files__target(guest->files, dev->driver, sizeof(dev->driver),
		      "sys/bus/%s/devices/%s/driver", bus, dev->name);
}

static int read_bus(struct guest *guest, const char *bus, struct xenbus **out, size_t *nr)
{
	struct names names;

	if (files__list(guest->files, &names, "sys/bus/%s/devices", bus) || !names.nr)
		return 0;
	*out = calloc(names.nr, sizeof(**out));
	if (*out) {
		for (size_t i = 0; i < names.nr; i++)
			read_device(guest, &(*out)[i], bus, names.name[i]);
		*nr = names.nr;
	}
	names__free(&names);
	return *out ? 0 : -ENOMEM;
}

int xen__read(struct guest *guest)
{
	struct xen *xen = &guest->xen;
	char type[16];
	int err;

	files__read(guest->files, type, sizeof(type), "sys/hypervisor/type");
	xen->sysfs = !strcmp(type, "xen");
	if (xen->sysfs) {
		files__read(guest->files, xen->guest_type, sizeof(xen->guest_type),
			    "sys/hypervisor/guest_type");
		read_version(guest);
		read_features(guest);
	}
	read_initial_domain(guest);
	err = read_bus(guest, "xen", &xen->front, &xen->nr_front);
	if (!err)
		err = read_bus(guest, "xen-backend", &xen->back, &xen->nr_back);
	return err;
}
