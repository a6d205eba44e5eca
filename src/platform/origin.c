// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Who serves a device. The evidence is its place in sysfs and the ids of its PCI function: a
 * driver's name says nothing, the same e1000 drives QEMU's device and a passed-through card.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"
#include "platform/str.h"

#define ANY 0xffffffffu

/*
 * PCI devices whose id alone says what they are, most by their maker; the first match counts. Intel's
 * chipset of 1996 is a model wherever a 64-bit kernel finds it, also without a subsystem.
 */
static const struct {
	unsigned int vendor, first, last;
	enum letter letter;
	const char *how;
} makers[] = {
	{ 0x1af4, 0x1000, 0x107f, LETTER_P, "virtio" },	      /* virtio 1.2, 4.1.2.1 */
	{ 0x5853, 0x0000, 0xffff, LETTER_P, "Xen platform" }, /* public/hvm: 0001, C000 … */
	{ 0x15ad, 0x07b0, 0x07b0, LETTER_P, "vmxnet3" },
	{ 0x15ad, 0x07c0, 0x07c0, LETTER_P, "pvscsi" },
	/* Nitro's VGA and, on metal, its UART */
	{ PCI_AMAZON, 0x1111, 0x1111, LETTER_VS, "emulated" },
	{ PCI_AMAZON, 0x8250, 0x8250, LETTER_VS, "emulated" },
	{ PCI_AMAZON, 0x0000, 0xffff, LETTER_VH, "Amazon Nitro" },
	{ 0x1b36, 0x0000, 0xffff, LETTER_VS, "emulated" }, /* Red Hat: QEMU's own devices */
	{ 0x1234, 0x0000, 0xffff, LETTER_VS, "emulated" }, /* QEMU's VGA */
	{ 0x15ad, 0x0000, 0xffff, LETTER_VS, "emulated" }, /* VMware */
	{ 0x80ee, 0x0000, 0xffff, LETTER_VS, "emulated" }, /* VirtualBox */
	{ 0x8086, 0x1237, 0x1237, LETTER_VS, "emulated" }, /* i440FX */
	{ 0x8086, 0x7000, 0x7020, LETTER_VS, "emulated" }, /* PIIX3 */
	{ 0x8086, 0x7110, 0x7113, LETTER_VS, "emulated" }, /* PIIX4 */
};

/* SR-IOV virtual functions, by their device ids (drivers' PCI tables). */
static const struct {
	unsigned int vendor, device;
} virtual_functions[] = {
	{ 0x8086, 0x10ca }, { 0x8086, 0x1520 }, /* igbvf */
	{ 0x8086, 0x10ed }, { 0x8086, 0x1515 }, { 0x8086, 0x1565 }, { 0x8086, 0x15a8 },
	{ 0x8086, 0x15c5 }, /* ixgbevf */
	{ 0x8086, 0x154c }, { 0x8086, 0x37cd }, { 0x8086, 0x1571 }, { 0x8086, 0x1889 }, /* iavf */
	{ 0x15b3, 0x1004 }, { 0x15b3, 0x1012 }, { 0x15b3, 0x1014 }, { 0x15b3, 0x1016 },
	{ 0x15b3, 0x1018 }, { 0x15b3, 0x101a }, { 0x15b3, 0x101c }, { 0x15b3, 0x101e }, /* mlx */
	{ 0x14e4, 0x16dc }, { 0x14e4, 0x1806 }, /* bnxt_en */
};

static bool is_virtual_function(const struct pci *pci)
{
	for (size_t i = 0; i < sizeof(virtual_functions) / sizeof(virtual_functions[0]); i++)
		if (virtual_functions[i].vendor == pci->vendor &&
		    virtual_functions[i].device == pci->device)
			return true;
	return false;
}

/*
 * QEMU puts 1af4:1100 on devices that it models without a subsystem of their own, Xen's old
 * device model 5853; its e1000e has 8086:0000, which no card has.
 */
static bool has_qemu_subsystem(const struct pci *pci)
{
	return pci->subvendor == 0x1af4 || pci->subvendor == 0x5853 ||
	       (pci->vendor == 0x8086 && pci->subvendor == 0x8086 && !pci->subdevice);
}

/* The letter of a function, and the word before its driver's name. */
static enum letter judge(const struct guest *guest, const struct pci *pci, const char **how)
{
	*how = "";
	if (!pci->vendor || !pci->device) /* they could not be read */
		return LETTER_UNKNOWN;
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		if (makers[i].vendor != pci->vendor || pci->device < makers[i].first ||
		    pci->device > makers[i].last)
			continue;
		/* To dom0 what its machine has is hardware; virtio is served by somebody below. */
		if (makers[i].letter != LETTER_P && !guest__virtual(guest))
			break;
		*how = makers[i].how;
		return makers[i].letter;
	}
	*how = "hardware";
	if (!guest__virtual(guest))
		return LETTER_H;
	if (is_virtual_function(pci)) {
		*how = "SR-IOV";
		return LETTER_VH;
	}
	if (!pci->sub_known) {
		*how = "";
		return LETTER_UNKNOWN;
	}
	if (has_qemu_subsystem(pci)) {
		*how = "emulated";
		return LETTER_VS;
	}
	if (guest->p->boot == BOOT_UNKNOWN) {
		*how = "";
		return LETTER_UNKNOWN;
	}
	*how = "passed-through";
	return LETTER_H;
}

static void from_pci(struct origin *origin, const struct guest *guest, const struct pci *pci)
{
	const char *how;

	strcpy(origin->pci, pci->address);
	origin->letter = judge(guest, pci, &how);
	if (!origin->driver[0])
		strcpy(origin->driver, pci->driver);
	str__set(origin->how, sizeof(origin->how), "%s", how);
	str__add(origin->how, sizeof(origin->how), " ", "%s",
		 origin->driver[0] ? origin->driver : "no driver");
	str__add(origin->evidence, sizeof(origin->evidence), "; ", "%s %04x:%04x", pci->address,
		 pci->vendor, pci->device);
	if (pci->sub_known && origin->letter != LETTER_P && origin->letter != LETTER_VH)
		/* it decides what the maker and the function's own id have not */
		str__add(origin->evidence, sizeof(origin->evidence), " ", "sub %04x:%04x",
			 pci->subvendor, pci->subdevice);
}

static void from_xenbus(struct origin *origin, const struct guest *guest, const char *name)
{
	const struct xenbus *dev = NULL;
	char type[16];

	for (size_t i = 0; i < guest->xen.nr_front; i++)
		if (!strcmp(guest->xen.front[i].name, name))
			dev = &guest->xen.front[i];
	str__set(type, sizeof(type), "%.*s", (int)strcspn(name, "-"), name);
	str__set(origin->xenbus, sizeof(origin->xenbus), "%s", name);
	str__set(origin->driver, sizeof(origin->driver), "%s",
		 !strcmp(type, "vbd")	  ? "blkfront"
		 : !strcmp(type, "vif")	  ? "netfront"
		 : !strcmp(type, "vscsi") ? "scsifront"
					  : type);
	str__set(origin->how, sizeof(origin->how), "%s", origin->driver);
	str__set(origin->evidence, sizeof(origin->evidence), "%s", name);
	origin->letter = LETTER_P;
	if (!dev) {
		origin->conflicting = true;
		str__add(origin->evidence, sizeof(origin->evidence), "; ",
			 "not on the xenbus of this guest");
	}
}

/* Neither PCI nor a paravirtual bus: the ISA devices of a PC, a floppy drive say. */
static void from_platform(struct origin *origin, const struct guest *guest)
{
	str__set(origin->evidence, sizeof(origin->evidence), "%s", origin->path);
	if (strncmp(origin->path, "sys/devices/platform/", 21) &&
	    strncmp(origin->path, "sys/devices/pnp", 15))
		return;
	if (guest->p->boot != BOOT_UNKNOWN)
		origin->letter = guest__virtual(guest) ? LETTER_VS : LETTER_H;
	str__set(origin->how, sizeof(origin->how), "%s",
		 guest__virtual(guest) ? "emulated" : "hardware");
}

/* A component that looks like this: "virtio3", "0000:00:05.0", "vbd-51712". */
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

static bool is_xenbus(const char *name)
{
	const char *number = strchr(name, '-');

	return number && number[1] && strspn(number + 1, "0123456789") == strlen(number + 1) &&
	       (!strncmp(name, "vbd-", 4) || !strncmp(name, "vif-", 4) ||
		!strncmp(name, "vscsi-", 6));
}

void origin__find(struct origin *origin, struct guest *guest, const char *path)
{
	char copy[sizeof(origin->path)], *save = NULL, virtio[32] = "";
	const struct pci *pci = NULL;
	bool unlisted = false;

	memset(origin, 0, sizeof(*origin));
	str__set(origin->path, sizeof(origin->path), "%s", path);
	strcpy(copy, origin->path);
	for (char *name = strtok_r(copy, "/", &save); name; name = strtok_r(NULL, "/", &save)) {
		if (is_xenbus(name)) {
			from_xenbus(origin, guest, name);
			return;
		}
		if (is_pci(name)) { /* the last one: those before are bridges */
			pci = guest__pci(guest, name);
			unlisted = !pci;
		}
		if (is_virtio(name))
			str__set(virtio, sizeof(virtio), "%s", name);
	}
	if (virtio[0]) {
		files__target(guest->files, origin->driver, sizeof(origin->driver),
			      "sys/bus/virtio/devices/%s/driver", virtio);
		str__set(origin->evidence, sizeof(origin->evidence), "%s", virtio);
	}
	if (pci)
		from_pci(origin, guest, pci);
	if (virtio[0]) { /* over PCI or MMIO: the virtio bus is the interface */
		origin->letter = LETTER_P;
		str__set(origin->how, sizeof(origin->how), "%s",
			 origin->driver[0] ? origin->driver : "virtio");
		if (guest->p->boot == BOOT_DOM0)
			str__add(origin->evidence, sizeof(origin->evidence), "; ",
				 "by a hypervisor below Xen");
	}
	if (!pci && !virtio[0])
		from_platform(origin, guest);
	if (unlisted)
		str__add(origin->evidence, sizeof(origin->evidence), "; ",
			 "not among the PCI devices");
}
