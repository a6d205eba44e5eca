// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Network interfaces that have a device below them. */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/guest.h"

#define NICS_MAX 1024

/* The larger of the receive and the transmit queues: net/core/net-sysfs.c. */
static unsigned int count_queues(struct files *files, const char *name)
{
	unsigned int rx = 0, tx = 0;
	struct names names;

	if (files__list(files, &names, "sys/class/net/%s/queues", name))
		return 1;
	for (size_t i = 0; i < names.nr; i++) {
		rx += !strncmp(names.name[i], "rx-", 3);
		tx += !strncmp(names.name[i], "tx-", 3);
	}
	names__free(&names);
	if (tx > rx)
		rx = tx;
	return rx ? rx : 1;
}

/* No file has what ethtool(8) shows: asked of the running kernel, and saved as one. */
#define SAVED "ethtool/%s"

static enum setting ask_ethtool(int fd, const char *name, unsigned int command)
{
	struct ethtool_value value = { .cmd = command };
	struct ifreq request = { .ifr_data = (char *)&value };

	if (strlen(name) >= sizeof(request.ifr_name))
		return SETTING_UNKNOWN;
	strcpy(request.ifr_name, name);
	if (ioctl(fd, SIOCETHTOOL, &request))
		return SETTING_UNKNOWN;
	return value.data ? SETTING_ON : SETTING_OFF;
}

static void read_offloads(struct files *files, struct nic *nic)
{
	static const char *const names[] = { "?", "off", "on" };
	char text[64], path[64], tso[8], gso[8];
	int fd;

	if (!files__live(files)) {
		if (FILES_READ(files, text, SAVED, nic->name) ||
		    sscanf(text, "tso %7s gso %7s", tso, gso) != 2)
			return;
		for (enum setting i = SETTING_OFF; i < SETTING_NR; i++) {
			nic->tso = strcmp(tso, names[i]) ? nic->tso : i;
			nic->gso = strcmp(gso, names[i]) ? nic->gso : i;
		}
		return;
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	nic->tso = ask_ethtool(fd, nic->name, ETHTOOL_GTSO);
	nic->gso = ask_ethtool(fd, nic->name, ETHTOOL_GGSO);
	close(fd);
	STR_SET(path, SAVED, nic->name);
	STR_SET(text, "tso %s gso %s\n", names[nic->tso], names[nic->gso]);
	files__note(files, path, text);
}

/* 1 of "vif-0"; 0: it is none. */
static unsigned int vif_number(const char *xenbus)
{
	unsigned int number;

	return sscanf(xenbus, "vif-%u", &number) == 1 ? number + 1 : 0;
}

/* Returns false for a virtual interface (a bridge, lo) and for dom0's end of a guest's NIC. */
static bool read_nic(struct guest *guest, struct nic *nic, struct guest_nic *more, const char *name)
{
	struct files *files = guest->files;
	unsigned long long ifindex;
	char path[FILES_PATH], device[64];

	if (FILES_RESOLVE(files, path, "sys/class/net/%s", name) ||
	    !strncmp(path, "sys/devices/virtual/", 20) ||
	    !files__exists(files, "sys/class/net/%s/device", name))
		return false;
	FILES_TARGET(files, device, "sys/class/net/%s/device", name);
	for (size_t i = 0; i < guest->xen.nr_back; i++)
		if (!strcmp(guest->xen.back[i].name, device))
			return false;
	origin__find(&more->origin, guest, path);
	STR_SET(nic->name, "%s", name);
	if (!files__number(files, &ifindex, "sys/class/net/%s/ifindex", name))
		nic->ifindex = ifindex;
	FILES_READ(files, more->mac, "sys/class/net/%s/address", name);
	strcpy(nic->driver, more->origin.driver);
	nic->front = more->origin.front;
	nic->letter = more->origin.letter;
	nic->vif = vif_number(more->origin.xenbus);
	nic->queues = count_queues(files, name);
	read_offloads(files, nic);
	return true;
}

int nics__read(struct guest *guest)
{
	struct platform *p = guest->p;
	struct names names;
	int err = 0;

	if (files__list(guest->files, &names, "sys/class/net") || !names.nr)
		return 0;
	p->nics = calloc(names.nr, sizeof(*p->nics));
	guest->nics = calloc(names.nr, sizeof(*guest->nics));
	if (!p->nics || !guest->nics)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < names.nr && p->nr_nics < NICS_MAX; i++) {
		struct nic *nic = &p->nics[p->nr_nics];
		struct guest_nic *more = &guest->nics[p->nr_nics];

		memset(nic, 0, sizeof(*nic));
		memset(more, 0, sizeof(*more));
		if (read_nic(guest, nic, more, names.name[i]))
			p->nr_nics++;
	}
	names__free(&names);
	return err;
}

int platform__add_nic(struct platform *p, const char *root, const char *name)
{
	struct nic nic = { .letter = LETTER_UNKNOWN }, *more;
	unsigned long long ifindex = 0;
	struct files *files;
	int err;

	if (!*name || *name == '.' || strchr(name, '/') || strlen(name) >= sizeof(nic.name))
		return -ENOENT;
	err = files__open(&files, root);
	if (err)
		return err;
	if (!files__number(files, &ifindex, "sys/class/net/%s/ifindex", name))
		nic.ifindex = ifindex;
	nic.queues = count_queues(files, name);
	files__close(files);
	if (!nic.ifindex)
		return -ENOENT;
	str__set(nic.name, sizeof(nic.name), "%s", name);
	more = realloc(p->nics, (p->nr_nics + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	p->nics = more;
	p->nics[p->nr_nics++] = nic;
	return 0;
}
