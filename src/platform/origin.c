// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Who serves a device. The evidence is its place in sysfs and the ids of its PCI function: a
 * driver's name says nothing, the same e1000 drives QEMU's device and a passed-through card.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"

static void from_pci(struct origin *origin, const struct guest *guest, const struct pci *pci)
{
	const char *how;

	strcpy(origin->pci, pci->address);
	origin->letter = pci__letter(guest, pci, &how);
	if (!origin->driver[0])
		strcpy(origin->driver, pci->driver);
	STR_SET(origin->how, "%s", how);
	STR_ADD(origin->how, " ", "%s", origin->driver[0] ? origin->driver : "no driver");
	STR_ADD(origin->evidence, "; ", "%s %04x:%04x", pci->address, pci->vendor, pci->device);
	if (pci->sub_known && origin->letter != LETTER_P && origin->letter != LETTER_VH)
		/* it decides what the maker and the function's own id have not */
		STR_ADD(origin->evidence, " ", "sub %04x:%04x", pci->subvendor, pci->subdevice);
}

/* Of "vbd-51712"; FRONT_NONE: that is no device of xenbus. */
static enum front front_end(const char *name)
{
	size_t len = strcspn(name, "-");

	if (!name[len] || !name[len + 1] ||
	    strspn(name + len + 1, "0123456789") != strlen(name + len + 1))
		return FRONT_NONE;
	for (enum front front = FRONT_NONE + 1; front < FRONT_NR; front++)
		if (strlen(front__type(front)) == len && !strncmp(name, front__type(front), len))
			return front;
	return FRONT_NONE;
}

static void from_xenbus(struct origin *origin, const struct guest *guest, const char *name,
			enum front front)
{
	const struct xenbus *dev = NULL;

	for (size_t i = 0; i < guest->xen.nr_front; i++)
		if (!strcmp(guest->xen.front[i].name, name))
			dev = &guest->xen.front[i];
	STR_SET(origin->xenbus, "%s", name);
	origin->front = front;
	STR_SET(origin->driver, "%s", front__name(front));
	STR_SET(origin->how, "%s", origin->driver);
	STR_SET(origin->evidence, "%s", name);
	origin->letter = LETTER_P;
	if (!dev) {
		origin->conflicting = true;
		STR_ADD(origin->evidence, "; ", "not on the xenbus of this guest");
	}
}

/*
 * What a device hangs on beside its controller, by a name on its path, which the kernel's own code
 * gives. With no controller of its own on the path, `without` says what serves it: the network and
 * memory are no devices that a hypervisor emulates, an ISA device of a guest is. Rules for disks
 * that a toolstack configures hold for none of them.
 */
enum without { WITHOUT_NETWORK, WITHOUT_MEMORY, WITHOUT_ISA, WITHOUT_KNOWLEDGE };

static const struct hop {
	const char *name; /* a number follows, or nothing */
	const char *what;
	enum without without;
} hops[] = {
	{ "session", "iSCSI", WITHOUT_NETWORK },	     /* scsi_transport_iscsi.c */
	{ "rport-", "Fibre Channel", WITHOUT_NETWORK },	     /* scsi_transport_fc.c */
	{ "nvme-fabrics", "NVMe-oF", WITHOUT_NETWORK },	     /* nvme/host/fabrics.c */
	{ "usb", "USB", WITHOUT_KNOWLEDGE },		     /* usb/core/hcd.c, vhci_hcd as well */
	{ "mmc", "SD card", WITHOUT_KNOWLEDGE },	     /* mmc/core/host.c */
	{ "ndbus", "persistent memory", WITHOUT_KNOWLEDGE }, /* nvdimm/bus.c */
	{ "pseudo_", "SCSI debug", WITHOUT_MEMORY },	     /* scsi/scsi_debug.c */
	{ "tcm_loop_", "LIO loopback", WITHOUT_KNOWLEDGE },  /* target/loopback */
	{ "floppy.", "floppy drive", WITHOUT_ISA },	     /* block/floppy.c */
	{ "pnp", "", WITHOUT_ISA },			     /* pnp/core.c: what the BIOS lists */
	{ "pata_legacy.", "IDE", WITHOUT_ISA },		     /* ata/pata_legacy.c */
	{ "ne.", "NE2000", WITHOUT_ISA },		     /* net/ethernet/8390/ne.c */
};

static const struct hop *find_hop(const char *name)
{
	for (size_t i = 0; i < LENGTH(hops); i++) {
		size_t len = strlen(hops[i].name);

		if (!strncmp(name, hops[i].name, len) &&
		    strspn(name + len, "0123456789:-.") == strlen(name + len))
			return &hops[i];
	}
	return NULL;
}

/* Neither PCI nor a paravirtual bus is on the path. */
static void without_controller(struct origin *origin, const struct guest *guest,
			       const struct hop *hop)
{
	STR_SET(origin->evidence, "%s", origin->path);
	if (!hop || hop->without != WITHOUT_ISA)
		return;
	if (guest->p->boot != BOOT_UNKNOWN)
		origin->letter = guest__virtual(guest) ? LETTER_VS : LETTER_H;
	STR_SET(origin->how, "%s", guest__virtual(guest) ? "emulated" : "hardware");
}

/* What the last hop says beside the controller, or in place of one. */
static void add_hop(struct origin *origin, const struct hop *hop)
{
	static const char *const words[] = {
		[WITHOUT_NETWORK] = "over the network",
		[WITHOUT_MEMORY] = "in memory",
		[WITHOUT_ISA] = "",
		[WITHOUT_KNOWLEDGE] = "",
	};
	bool alone = origin->letter == LETTER_UNKNOWN && !origin->pci[0] && !origin->how[0];

	origin__is(origin, hop->what);
	if (alone && words[hop->without][0])
		STR_ADD(origin->how, ", ", "%s", words[hop->without]);
}

/* A component that looks like this: "virtio3", "0000:00:05.0". */
static bool is_virtio(const char *name)
{
	return !strncmp(name, "virtio", 6) && name[6] >= '0' && name[6] <= '9';
}

static bool is_pci(const char *name)
{
	unsigned int domain, bus, slot, fn;
	int len = 0;

	return sscanf(name, "%x:%x:%x.%x%n", &domain, &bus, &slot, &fn, &len) == 4 && !name[len];
}

void origin__is(struct origin *origin, const char *what)
{
	if (!what[0])
		return;
	STR_SET(origin->what, "%s", what);
	STR_ADD(origin->how, ", ", "%s", what);
}

void origin__find(struct origin *origin, struct guest *guest, const char *path)
{
	char copy[sizeof(origin->path)], *save = NULL, virtio[32] = "";
	const struct hop *hop = NULL, *found;
	const struct pci *pci = NULL;
	enum front front;
	bool unlisted = false;

	memset(origin, 0, sizeof(*origin));
	STR_SET(origin->path, "%s", path);
	strcpy(copy, origin->path);
	for (char *name = strtok_r(copy, "/", &save); name; name = strtok_r(NULL, "/", &save)) {
		front = front_end(name);
		if (front) {
			from_xenbus(origin, guest, name, front);
			return;
		}
		if (is_pci(name)) { /* the last one: those before are bridges */
			pci = guest__pci(guest, name);
			unlisted = !pci;
		}
		if (is_virtio(name))
			STR_SET(virtio, "%s", name);
		found = find_hop(name);
		if (found)
			hop = found;
	}
	if (virtio[0]) {
		FILES_TARGET(guest->files, origin->driver, "sys/bus/virtio/devices/%s/driver",
			     virtio);
		STR_SET(origin->evidence, "%s", virtio);
	}
	if (pci)
		from_pci(origin, guest, pci);
	if (virtio[0]) { /* over PCI or MMIO: the virtio bus is the interface */
		origin->letter = LETTER_P;
		STR_SET(origin->how, "%s", origin->driver[0] ? origin->driver : "virtio");
		if (guest->p->boot == BOOT_DOM0)
			STR_ADD(origin->evidence, "; ", "by a hypervisor below Xen");
	}
	if (!pci && !virtio[0])
		without_controller(origin, guest, hop);
	if (hop)
		add_hop(origin, hop);
	if (unlisted)
		STR_ADD(origin->evidence, "; ", "not among the PCI devices");
}
