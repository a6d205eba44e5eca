// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * PCI functions: their ids, drivers and interrupts, and what each is: a model, a whole card or a
 * virtual function. A new instance of a kind is a line in a table; what no evidence and no table
 * tells is '?'.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"

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
	STR_SET(pci->address, "%s", address);
	read_id(guest, &pci->vendor, address, "vendor");
	read_id(guest, &pci->device, address, "device");
	pci->sub_known = read_id(guest, &pci->subvendor, address, "subsystem_vendor") &&
			 read_id(guest, &pci->subdevice, address, "subsystem_device");
	read_id(guest, &pci->irq, address, "irq");
	FILES_TARGET(guest->files, pci->driver, "sys/bus/pci/devices/%s/driver", address);
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

/* A line of `resource`: first, last, flags. The seventh is the ROM, which nothing reads any more. */
#define BARS	    6
#define FLAG_PORTS  0x100 /* include/linux/ioport.h */
#define FLAG_MEMORY 0x200
#define RANGES_MAX  512

static int add_range(struct platform *p, const struct pci *pci, unsigned long long first,
		     unsigned long long last, bool memory)
{
	struct pci_range *ranges;

	if (p->nr_ranges == RANGES_MAX)
		return 0;
	ranges = realloc(p->ranges, (p->nr_ranges + 1) * sizeof(*ranges));
	if (!ranges)
		return -ENOMEM;
	p->ranges = ranges;
	ranges[p->nr_ranges] =
		(struct pci_range) { .memory = memory, .first = first, .last = last };
	if (*pci->driver)
		STR_SET(ranges[p->nr_ranges].device, "%s %s", pci->driver, pci->address);
	else
		STR_SET(ranges[p->nr_ranges].device, "%04x:%04x %s", pci->vendor, pci->device,
			pci->address);
	p->nr_ranges++;
	return 0;
}

static int read_ranges(struct guest *guest, const struct pci *pci)
{
	char *text = files__slurp(guest->files, "sys/bus/pci/devices/%s/resource", pci->address);
	unsigned long long first, last, flags;
	const char *line = text;
	int err = 0;

	for (int i = 0; !err && line && i < BARS; i++) {
		if (sscanf(line, "%llx %llx %llx", &first, &last, &flags) != 3)
			break;
		if (first && first <= last && flags & (FLAG_PORTS | FLAG_MEMORY))
			err = add_range(guest->p, pci, first, last, flags & FLAG_MEMORY);
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	free(text);
	return err;
}

int pci__find_ranges(struct guest *guest)
{
	int err = 0;

	if (guest->p->boot != BOOT_HVM)
		return 0;
	for (size_t i = 0; !err && i < guest->nr_pci; i++)
		err = read_ranges(guest, &guest->pci[i]);
	return err;
}

const struct pci *guest__pci(const struct guest *guest, const char *address)
{
	for (size_t i = 0; i < guest->nr_pci; i++)
		if (!strcmp(guest->pci[i].address, address))
			return &guest->pci[i];
	return NULL;
}

/*
 * PCI devices whose id alone says what they are, most by their maker; the first match counts.
 * Intel's chipset of 1996 is a model wherever a 64-bit kernel finds it, also without a subsystem.
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

struct ids {
	unsigned int vendor, first, last;
};

/* SR-IOV virtual functions, by their device ids (the PCI tables of Linux's drivers). */
static const struct ids virtual_functions[] = {
	{ 0x8086, 0x10ca, 0x10ca },				/* igbvf: 82576 */
	{ 0x8086, 0x152d, 0x152d },				/* … below Hyper-V */
	{ 0x8086, 0x1520, 0x1520 },				/* … I350 */
	{ 0x8086, 0x152f, 0x152f }, { 0x8086, 0x10ed, 0x10ed }, /* ixgbevf: 82599 */
	{ 0x8086, 0x152e, 0x152e }, { 0x8086, 0x1515, 0x1515 }, /* … X540 */
	{ 0x8086, 0x1530, 0x1530 }, { 0x8086, 0x1564, 0x1565 }, /* … X550 */
	{ 0x8086, 0x15a8, 0x15a9 },				/* … X552 */
	{ 0x8086, 0x15b4, 0x15b4 },				/* … X553 */
	{ 0x8086, 0x15c5, 0x15c5 }, { 0x8086, 0x57ad, 0x57ad }, /* … E610 */
	{ 0x8086, 0x15a5, 0x15a5 },				/* fm10k */
	{ 0x8086, 0x154c, 0x154c },				/* iavf: 700 series */
	{ 0x8086, 0x1571, 0x1571 }, { 0x8086, 0x37cd, 0x37cd }, /* … X722 */
	{ 0x8086, 0x1889, 0x1889 },				/* … 800 series */
	{ 0x8086, 0x145c, 0x145c },				/* idpf */
	{ 0x15b3, 0x1002, 0x1002 },				/* mlx4 */
	{ 0x15b3, 0x1004, 0x1004 }, { 0x15b3, 0x1012, 0x1012 }, /* mlx5 */
	{ 0x15b3, 0x1014, 0x1014 }, { 0x15b3, 0x1016, 0x1016 },
	{ 0x15b3, 0x1018, 0x1018 }, { 0x15b3, 0x101a, 0x101a },
	{ 0x15b3, 0x101c, 0x101c }, { 0x15b3, 0x101e, 0x101e }, /* … ConnectX-6 Dx and later */
	{ 0x15b3, 0xa2d3, 0xa2d3 },				/* … BlueField */
	{ 0x14e4, 0x1606, 0x1609 },				/* bnxt_en */
	{ 0x14e4, 0x16bd, 0x16bd }, { 0x14e4, 0x16c1, 0x16c5 },
	{ 0x14e4, 0x16cb, 0x16cb }, { 0x14e4, 0x16d3, 0x16d3 },
	{ 0x14e4, 0x16dc, 0x16dc }, { 0x14e4, 0x16e1, 0x16e1 },
	{ 0x14e4, 0x16e5, 0x16e6 }, { 0x14e4, 0x1806, 0x1809 },
	{ 0x14e4, 0x1819, 0x1819 }, { 0x14e4, 0x181b, 0x181b },
	{ 0x14e4, 0xd800, 0xd800 }, { 0x14e4, 0x163f, 0x163f }, /* bnx2x */
	{ 0x14e4, 0x166f, 0x166f }, { 0x14e4, 0x16a9, 0x16a9 },
	{ 0x14e4, 0x16ad, 0x16ad }, { 0x14e4, 0x16af, 0x16af },
	{ 0x1077, 0x16ad, 0x16ad }, /* … QLogic's */
	{ 0x1077, 0x1664, 0x1664 }, /* qede: 57980S */
	{ 0x1077, 0x8090, 0x8090 }, /* … AH */
	{ 0x1077, 0x8430, 0x8430 }, /* qlcnic */
	{ 0x1077, 0x8440, 0x8440 }, { 0x1077, 0x8c30, 0x8c30 },
	{ 0x1924, 0x1903, 0x1903 }, /* sfc: SFC9120 */
	{ 0x1924, 0x1923, 0x1923 }, /* … SFC9140 */
	{ 0x1924, 0x1a03, 0x1a03 }, /* … SFC9220 */
	{ 0x1924, 0x1b03, 0x1b03 }, /* … SFC9250 */
	{ 0x10df, 0xe228, 0xe228 }, /* be2net: Lancer */
	{ 0x10df, 0x0728, 0x0728 }, /* … Skyhawk */
	{ 0x1425, 0x4800, 0x48ff }, /* cxgb4vf */
	{ 0x1425, 0x5800, 0x58ff }, { 0x1425, 0x6800, 0x68ff },
	{ 0x177d, 0x9712, 0x9712 }, /* liquidio_vf */
	{ 0x177d, 0xb103, 0xb103 }, /* octeon_ep_vf */
	{ 0x177d, 0xb203, 0xb203 }, { 0x177d, 0xb403, 0xb403 },
	{ 0x177d, 0xb903, 0xb903 }, { 0x177d, 0xba03, 0xba03 },
	{ 0x177d, 0xbc03, 0xbc03 }, { 0x177d, 0xbd03, 0xbd03 },
	{ 0x19e5, 0x375e, 0x375e },				/* hinic */
	{ 0x19e5, 0x379e, 0x379e }, { 0x1137, 0x0071, 0x0071 }, /* enic */
	{ 0x1137, 0x02b7, 0x02b7 }, { 0x19ee, 0x3803, 0x3803 }, /* nfp */
	{ 0x19ee, 0x6003, 0x6003 }, { 0x1da8, 0x3803, 0x3803 },
	{ 0x1da8, 0x6003, 0x6003 }, { 0x1dd8, 0x1003, 0x1003 }, /* ionic */
	{ 0x1414, 0x00ba, 0x00ba },				/* mana */
};

/* Functions of cards that have no virtual ones: it is the card. */
static const struct ids whole_cards[] = {
	{ 0x8086, 0x100e, 0x100f }, /* e1000: 82540EM, 82545EM */
	{ 0x8086, 0x10d3, 0x10d3 }, /* e1000e: 82574L */
	{ 0x10ec, 0x8139, 0x8139 }, /* 8139too, 8139cp */
	{ 0x10ec, 0x8168, 0x8168 }, /* r8169 */
};

/* Models that have neither their maker's id nor QEMU's subsystem, but ids that no card has. */
static const struct {
	unsigned int vendor, device, subvendor, subdevice;
} models[] = {
	{ 0x8086, 0x10d3, 0x8086, 0x0000 }, /* QEMU's e1000e */
};

static bool is_among(const struct ids *ids, size_t nr, const struct pci *pci)
{
	for (size_t i = 0; i < nr; i++)
		if (ids[i].vendor == pci->vendor && pci->device >= ids[i].first &&
		    pci->device <= ids[i].last)
			return true;
	return false;
}

/*
 * QEMU puts 1af4:1100 on devices that it models without a subsystem of their own, Xen's old
 * device model 5853.
 */
static bool is_model(const struct pci *pci)
{
	if (pci->subvendor == 0x1af4 || pci->subvendor == 0x5853)
		return true;
	for (size_t i = 0; i < LENGTH(models); i++)
		if (models[i].vendor == pci->vendor && models[i].device == pci->device &&
		    models[i].subvendor == pci->subvendor && models[i].subdevice == pci->subdevice)
			return true;
	return false;
}

/*
 * It has a line of its own, which a virtual function must not have (SR-IOV 1.1, 3.4.1.18). With
 * MSI the kernel shows the message's number in the line's place.
 */
static bool has_line(const struct pci *pci)
{
	for (size_t i = 0; i < pci->msi.nr; i++)
		if (pci->msi.irq[i] == pci->irq)
			return false;
	return pci->irq;
}

static enum letter judge_below_hypervisor(const struct guest *guest, const struct pci *pci,
					  const char **how)
{
	if (pci->virtual_function || is_among(virtual_functions, LENGTH(virtual_functions), pci)) {
		*how = "SR-IOV";
		return LETTER_VH;
	}
	*how = "";
	if (!pci->sub_known)
		return LETTER_UNKNOWN;
	if (is_model(pci)) {
		*how = "emulated";
		return LETTER_VS;
	}
	if (guest->p->boot == BOOT_UNKNOWN)
		return LETTER_UNKNOWN;
	*how = "passed-through";
	return has_line(pci) || is_among(whole_cards, LENGTH(whole_cards), pci) ? LETTER_H
										: LETTER_UNKNOWN;
}

enum letter pci__letter(const struct guest *guest, const struct pci *pci, const char **how)
{
	*how = "";
	if (!pci->vendor || !pci->device) /* they could not be read */
		return LETTER_UNKNOWN;
	for (size_t i = 0; i < LENGTH(makers); i++) {
		if (makers[i].vendor != pci->vendor || pci->device < makers[i].first ||
		    pci->device > makers[i].last)
			continue;
		/* To dom0 what its machine has is hardware; virtio is served by somebody below. */
		if (makers[i].letter != LETTER_P && !guest__virtual(guest))
			break;
		*how = makers[i].how;
		return makers[i].letter;
	}
	if (guest__virtual(guest))
		return judge_below_hypervisor(guest, pci, how);
	*how = "hardware";
	return LETTER_H;
}
