// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* PCI functions: their ids, drivers and interrupts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"
#include "base/str.h"

static bool read_id(struct guest *guest, unsigned int *id, const char *address, const char *file)
{
	unsigned long long value;

	if (files__number(guest->files, &value, "sys/bus/pci/devices/%s/%s", address, file))
		return false;
	*id = value;
	return true;
}

static int read_msi(struct guest *guest, struct pci *pci)
{
	struct names names;
	char *end;

	if (files__list(guest->files, &names, "sys/bus/pci/devices/%s/msi_irqs", pci->address) ||
	    !names.nr)
		return 0;
	pci->msi.irq = calloc(names.nr, sizeof(*pci->msi.irq));
	for (size_t i = 0; pci->msi.irq && i < names.nr; i++) {
		unsigned long nr = strtoul(names.name[i], &end, 10);

		if (nr && nr < UINT_MAX && !*end) /* 0 is the timer of a PC */
			pci->msi.irq[pci->msi.nr++] = nr;
	}
	names__free(&names);
	return pci->msi.irq ? 0 : -ENOMEM;
}

static int read_function(struct guest *guest, struct pci *pci, const char *address)
{
	str__set(pci->address, sizeof(pci->address), "%s", address);
	read_id(guest, &pci->vendor, address, "vendor");
	read_id(guest, &pci->device, address, "device");
	pci->sub_known = read_id(guest, &pci->subvendor, address, "subsystem_vendor") &&
			 read_id(guest, &pci->subdevice, address, "subsystem_device");
	read_id(guest, &pci->irq, address, "irq");
	files__target(guest->files, pci->driver, sizeof(pci->driver),
		      "sys/bus/pci/devices/%s/driver", address);
	pci->virtual_function =
		files__exists(guest->files, "sys/bus/pci/devices/%s/physfn", address);
	if (pci->vendor == 0x5853 && pci->device == 0x0001)
		strcpy(guest->xen.platform_pci, pci->address);
	return read_msi(guest, pci);
}

int pci__read(struct guest *guest)
{
	struct names names;
	int err = 0;

	if (files__list(guest->files, &names, "sys/bus/pci/devices") || !names.nr)
		return 0;
	guest->pci = calloc(names.nr, sizeof(*guest->pci));
	if (!guest->pci)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < names.nr; i++)
		err = read_function(guest, &guest->pci[guest->nr_pci++], names.name[i]);
	names__free(&names);
	return err;
}

const struct pci *guest__pci(const struct guest *guest, const char *address)
{
	for (size_t i = 0; i < guest->nr_pci; i++)
		if (!strcmp(guest->pci[i].address, address))
			return &guest->pci[i];
	return NULL;
}
