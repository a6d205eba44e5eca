// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The order of things: who is below us first, since the meaning of every device hangs on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"

#define NAME(id, name, ...)  [id] = name,
#define MECH(id, name, mech) [id] = mech,
#define LAST(id, name, last) [id] = last,

const char *boot__name(enum boot boot)
{
	static const char *const names[] = { XT_BOOTS(NAME) };

	return (unsigned int)boot < BOOT_NR ? names[boot] : "?";
}

const char *letter__name(enum letter letter)
{
	static const char *const names[] = { XT_LETTERS(NAME) };

	return (unsigned int)letter < LETTER_NR ? names[letter] : "?";
}

enum mech letter__mech(enum letter letter)
{
	static const enum mech mechs[] = { XT_LETTERS(MECH) };

	return (unsigned int)letter < LETTER_NR ? mechs[letter] : MECH_UNATTRIBUTED;
}

const char *feature_state__name(enum feature_state state)
{
	static const char *const names[] = { XT_FEATURE_STATES(NAME) };

	return (unsigned int)state < FEATURE_STATE_NR ? names[state] : "?";
}

const char *feature__name(enum feature_id id)
{
	static const char *const names[] = { XT_FEATURES(NAME) };

	return (unsigned int)id < FEATURES ? names[id] : "?";
}

const char *cause__text(enum cause cause)
{
	static const char *const texts[] = { XT_CAUSES(NAME) };

	return (unsigned int)cause < CAUSE_NR ? texts[cause] : "?";
}

const char *cause__argument(enum cause cause)
{
	static const char *const arguments[] = { XT_CAUSES(LAST) };

	return (unsigned int)cause < CAUSE_NR ? arguments[cause] : NULL;
}

const char *front__name(enum front front)
{
	static const char *const names[] = { XT_FRONTS(NAME) };

	return (unsigned int)front < FRONT_NR ? names[front] : "?";
}

const char *front__type(enum front front)
{
	static const char *const types[] = { XT_FRONTS(LAST) };

	return (unsigned int)front < FRONT_NR ? types[front] : "?";
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

	FILES_READ(guest->files, text, "proc/cmdline");
	for (char *arg = strtok_r(text, " ", &save); arg; arg = strtok_r(NULL, " ", &save))
		for (size_t i = 0; i < LENGTH(ours); i++)
			if (!strncmp(arg, ours[i], strlen(ours[i])))
				STR_ADD(guest->arguments, " ", "%s", arg);
	files__note(guest->files, "proc/cmdline", guest->arguments);
}

static void read_kernel(struct guest *guest)
{
	struct platform *p = guest->p;
	struct files *files = guest->files;
	char list[256];
	unsigned int ignored;

	FILES_READ(files, p->kernel, "proc/sys/kernel/osrelease");
	FILES_READ(files, p->host, "proc/sys/kernel/hostname");
	read_arguments(guest);
	FILES_READ(files, p->clocksource,
		   "sys/devices/system/clocksource/clocksource0/current_clocksource");
	FILES_READ(files, guest->clocksources,
		   "sys/devices/system/clocksource/clocksource0/available_clocksource");
	FILES_READ(files, p->clockevent,
		   "sys/devices/system/clockevents/clockevent0/current_device");
	FILES_READ(files, list, "sys/devices/system/cpu/online");
	count_cpus(list, &p->vcpus, &ignored);
	FILES_READ(files, list, "sys/devices/system/cpu/possible");
	count_cpus(list, &ignored, &p->possible);
	FILES_READ(files, guest->vendor, "sys/class/dmi/id/sys_vendor");
	FILES_READ(files, guest->product, "sys/class/dmi/id/product_name");
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

	read_kernel(guest);
	err = hypervisor__read(guest);
	if (!err)
		err = pci__read(guest);
	if (!err)
		err = irqs__read(guest);
	if (err)
		return err;
	hypervisor__find_boot(guest);
	err = pci__find_ranges(guest);
	if (!err)
		err = disks__read(guest);
	if (!err)
		err = nics__read(guest);
	if (err)
		return err;
	irqs__find_owners(guest);
	hypervisor__find_mode(guest);
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
}

int platform__save(struct platform **out, const char *root, const char *dir)
{
	struct guest guest = { .p = calloc(1, sizeof(*guest.p)) };
	int err = guest.p ? 0 : -ENOMEM;

	*out = NULL;
	if (!err)
		err = files__open(&guest.files, root);
	if (!err)
		err = files__check(guest.files);
	if (!err)
		err = read_all(&guest);
	if (!err && dir)
		err = files__save(guest.files, dir);
	guest__destroy(&guest);
	if (!err)
		*out = guest.p;
	else
		platform__free(guest.p);
	return err;
}

int platform__read(struct platform **out, const char *root)
{
	return platform__save(out, root, NULL);
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
	free(p->ranges);
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
