// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The order of things: who is below us first, since the meaning of every device hangs on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"
#include "base/str.h"

const char *letter__name(enum letter letter)
{
	static const char *const names[] = {
		[LETTER_UNKNOWN] = "?", [LETTER_P] = "P", [LETTER_VS] = "VS",
		[LETTER_VH] = "VH",	[LETTER_H] = "H",
	};

	return (unsigned int)letter <= LETTER_H ? names[letter] : "?";
}

enum mech letter__mech(enum letter letter)
{
	switch (letter) {
	case LETTER_P:
		return MECH_PV;
	case LETTER_VS:
		return MECH_EMULATED;
	case LETTER_VH:
	case LETTER_H:
		return MECH_HARDWARE;
	case LETTER_UNKNOWN:
		break;
	}
	return MECH_UNATTRIBUTED;
}

const char *feature_state__name(enum feature_state state)
{
	static const char *const names[] = {
		[FEATURE_ACTIVE] = "active",
		[FEATURE_UNUSED] = "unused",
		[FEATURE_IMPOSSIBLE] = "impossible",
		[FEATURE_UNKNOWN] = "unknown",
	};

	return (unsigned int)state <= FEATURE_UNKNOWN ? names[state] : "?";
}

const char *boot__name(enum boot boot)
{
	static const char *const names[] = {
		[BOOT_UNKNOWN] = "unknown", [BOOT_PV] = "pv",	  [BOOT_HVM] = "hvm",
		[BOOT_PVH] = "pvh",	    [BOOT_DOM0] = "dom0", [BOOT_KVM] = "kvm",
		[BOOT_BARE] = "bare-metal",
	};

	return (unsigned int)boot <= BOOT_BARE ? names[boot] : "?";
}

/* A list of CPUs, "0-3,8": how many, and the highest one's number + 1. */
static void count_cpus(const char *list, unsigned int *nr, unsigned int *end)
{
	unsigned int first, last;
	int len;

	*nr = *end = 0;
	while (sscanf(list, "%u%n", &first, &len) == 1) {
		list += len;
		last = first;
		if (sscanf(list, "-%u%n", &last, &len) == 1)
			list += len;
		if (last < first || last >= 65536)
			return;
		*nr += last - first + 1;
		if (last + 1 > *end)
			*end = last + 1;
		if (*list++ != ',')
			return;
	}
}

/* The arguments that features hang on; the others may be private. */
static void read_arguments(struct guest *guest)
{
	static const char *const ours[] = { "nopv", "xen_", "no-steal-acc" };
	char text[4096], *save = NULL;

	files__read(guest->files, text, sizeof(text), "proc/cmdline");
	for (char *arg = strtok_r(text, " ", &save); arg; arg = strtok_r(NULL, " ", &save))
		for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
			if (!strncmp(arg, ours[i], strlen(ours[i])))
				str__add(guest->arguments, sizeof(guest->arguments), " ", "%s",
					 arg);
	files__note(guest->files, "proc/cmdline", guest->arguments);
}

static void read_kernel(struct guest *guest)
{
	struct platform *p = guest->p;
	struct files *files = guest->files;
	char list[256];
	unsigned int ignored;

	files__read(files, p->kernel, sizeof(p->kernel), "proc/sys/kernel/osrelease");
	files__read(files, p->host, sizeof(p->host), "proc/sys/kernel/hostname");
	read_arguments(guest);
	files__read(files, p->clocksource, sizeof(p->clocksource),
		    "sys/devices/system/clocksource/clocksource0/current_clocksource");
	files__read(files, guest->clocksources, sizeof(guest->clocksources),
		    "sys/devices/system/clocksource/clocksource0/available_clocksource");
	files__read(files, p->clockevent, sizeof(p->clockevent),
		    "sys/devices/system/clockevents/clockevent0/current_device");
	files__read(files, list, sizeof(list), "sys/devices/system/cpu/online");
	count_cpus(list, &p->vcpus, &ignored);
	files__read(files, list, sizeof(list), "sys/devices/system/cpu/possible");
	count_cpus(list, &ignored, &p->possible);
	files__read(files, guest->vendor, sizeof(guest->vendor), "sys/class/dmi/id/sys_vendor");
	files__read(files, guest->product, sizeof(guest->product), "sys/class/dmi/id/product_name");
}

bool guest__argument(const struct guest *guest, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = guest->arguments; (at = strstr(at, name)); at += len)
		if ((at == guest->arguments || at[-1] == ' ') &&
		    (!at[len] || strchr(" =,", at[len])))
			return true;
	return false;
}

static int read_all(struct guest *guest)
{
	int err;

	cpuid__read(&guest->cpuid, guest->files);
	read_kernel(guest);
	err = pci__read(guest);
	if (!err)
		err = xen__read(guest);
	if (!err)
		err = irqs__read(guest);
	if (err)
		return err;
	boot__derive(guest);
	err = disks__read(guest);
	if (!err)
		err = nics__read(guest);
	if (err)
		return err;
	irqs__find_owners(guest);
	mode__derive(guest);
	err = features__derive(guest);
	return err ? err : cells__derive(guest);
}

static void guest__destroy(struct guest *guest)
{
	files__close(guest->files);
	for (size_t i = 0; i < guest->nr_pci; i++)
		free(guest->pci[i].msi.irq);
	free(guest->pci);
	free(guest->xen.front);
	free(guest->xen.back);
	free(guest->disks);
	free(guest->nics);
	free(guest->paths);
	free(guest->fixes);
}

static int read_and_save(struct platform **out, const char *root, const char *dir)
{
	struct guest guest = { 0 };
	int err;

	*out = NULL;
	guest.p = calloc(1, sizeof(*guest.p));
	if (!guest.p)
		return -ENOMEM;
	err = files__open(&guest.files, root);
	if (!err)
		err = files__check(guest.files);
	if (!err)
		err = read_all(&guest);
	if (!err && dir)
		err = files__save(guest.files, dir);
	guest__destroy(&guest);
	if (err) {
		platform__free(guest.p);
		return err;
	}
	*out = guest.p;
	return 0;
}

int platform__read(struct platform **out, const char *root)
{
	return read_and_save(out, root, NULL);
}

int platform__save(struct platform **out, const char *root, const char *dir)
{
	return read_and_save(out, root, dir);
}

void platform__free(struct platform *p)
{
	if (!p)
		return;
	free(p->cells);
	free(p->features);
	free(p->disks);
	free(p->paths);
	free(p->nics);
	free(p->irqs);
	free(p);
}

const struct disk *platform__disk(const struct platform *p, const char *name)
{
	for (size_t i = 0; p && i < p->nr_disks; i++)
		if (!strcmp(p->disks[i].name, name))
			return &p->disks[i];
	return NULL;
}

const struct nic *platform__nic(const struct platform *p, const char *name)
{
	for (size_t i = 0; p && i < p->nr_nics; i++)
		if (!strcmp(p->nics[i].name, name))
			return &p->nics[i];
	return NULL;
}
