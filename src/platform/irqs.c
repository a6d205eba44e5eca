// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Interrupts and event channels: every action of every line, from /sys/kernel/irq. They are read
 * before anything else is concluded, since event channels show who is below; who owns them is found
 * when the devices are known, by the chip, the action's name and those devices.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"

#define IRQS_MAX 16384

static struct irq *add(struct platform *p)
{
	struct irq *grown;

	if (p->nr_irqs >= IRQS_MAX)
		return NULL;
	grown = realloc(p->irqs, (p->nr_irqs + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	p->irqs = grown;
	memset(&grown[p->nr_irqs], 0, sizeof(*grown));
	return &grown[p->nr_irqs++];
}

/* What the way of upcalls and timers is told by. */
static void note(struct guest *guest, const struct irq *irq)
{
	if (!strcmp(irq->action, "xen-platform-pci"))
		guest->platform_irq = true;
	if (irq->evtchn)
		guest->xen_irq = true;
	if (strcmp(irq->chip, "xen-percpu"))
		return;
	if (!strncmp(irq->action, "timer", 5))
		guest->pv_timer_irq = true;
	if (!strncmp(irq->action, "resched", 7) || !strncmp(irq->action, "callfunc", 8))
		guest->pv_ipi_irq = true;
	if (!strncmp(irq->action, "spinlock", 8))
		guest->pv_lock_irq = true;
}

/* "ahci[0000:00:05.0],eth0": the chain in order (kernel/irq/irqdesc.c). */
static int add_actions(struct guest *guest, unsigned int nr, const char *chip, char *actions)
{
	unsigned int follows = 0;
	char *save = NULL;

	for (const char *c = actions; *c; c++)
		follows += *c == ',';
	for (char *name = strtok_r(actions, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
		struct irq *irq = add(guest->p);

		if (!irq)
			return guest->p->nr_irqs >= IRQS_MAX ? 0 : -ENOMEM;
		irq->nr = nr;
		irq->follows = follows ? follows-- : 0;
		STR_SET(irq->action, "%s", name);
		STR_SET(irq->chip, "%s", chip);
		irq->evtchn = !strncmp(chip, "xen-", 4);
		note(guest, irq);
	}
	return 0;
}

static int read_irq(struct guest *guest, const char *nr)
{
	char actions[1024], chip[64];

	FILES_READ(guest->files, actions, "sys/kernel/irq/%s/actions", nr);
	if (!actions[0])
		return 0; /* allocated, no handler */
	FILES_READ(guest->files, chip, "sys/kernel/irq/%s/chip_name", nr);
	return add_actions(guest, strtoul(nr, NULL, 10), chip, actions);
}

/* HYP: upcalls through the callback vector, a column for each processor. */
static void count_hyp(struct guest *guest)
{
	char *text = files__slurp(guest->files, "proc/interrupts");
	char *line = text ? strstr(text, "HYP:") : NULL;

	guest->interrupts_known = text && text[0];
	if (line) {
		line += 4;
		line[strcspn(line, "\n")] = '\0';
		line[strspn(line, " 0123456789")] = '\0';
		guest->hyp_upcalls = strpbrk(line, "123456789");
	}
	free(text);
}

int irqs__read(struct guest *guest)
{
	struct names names;
	int err = 0;

	count_hyp(guest);
	if (files__list(guest->files, &names, "sys/kernel/irq"))
		return 0;
	for (size_t i = 0; !err && i < names.nr; i++)
		if (strspn(names.name[i], "0123456789") == strlen(names.name[i]))
			err = read_irq(guest, names.name[i]);
	names__free(&names);
	return err;
}

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static void owner(struct irq *irq, enum area area, enum letter letter, const char *device)
{
	irq->area = area;
	irq->letter = letter;
	STR_SET(irq->device, "%s", device);
}

static void own_disk(struct irq *irq, const struct disk *disk)
{
	owner(irq, AREA_DISK, disk->letter, disk->name);
}

static void own_nic(struct irq *irq, const struct nic *nic)
{
	owner(irq, AREA_NET, nic->letter, nic->name);
}

/* The interface in "eth0", "eth0-q1-tx", "eth0-TxRx-3"; NULL if the action names none. */
static const struct nic *named_nic(const struct guest *guest, const char *action)
{
	const struct platform *p = guest->p;

	for (size_t i = 0; i < p->nr_nics; i++) {
		size_t len = strlen(p->nics[i].name);

		if (!strncmp(action, p->nics[i].name, len) &&
		    (!action[len] || action[len] == '-' || action[len] == ':'))
			return &p->nics[i];
	}
	return NULL;
}

/* The front end of a channel: xen-netfront calls its own "vif0-q0-tx" after the xenbus device. */
static const struct nic *front_end_nic(const struct guest *guest, const char *action)
{
	const struct platform *p = guest->p;
	char name[40];
	unsigned int id;
	int len = 0;

	if (sscanf(action, "vif%u%n", &id, &len) != 1 || (action[len] && action[len] != '-'))
		return NULL;
	STR_SET(name, "vif-%u", id);
	for (size_t i = 0; i < p->nr_nics; i++)
		if (!strcmp(guest->nics[i].origin.xenbus, name))
			return &p->nics[i];
	return NULL;
}

/*
 * It is served by this device, "virtio3", "nvme0", or by this PCI function itself: a bridge that
 * its path goes through has interrupts of its own.
 */
static bool is_below(const struct origin *origin, const char *name)
{
	size_t len = strlen(name);

	if (strchr(name, ':'))
		return !strcmp(origin->pci, name);
	for (const char *at = origin->path; len && (at = strstr(at, name)); at += len)
		if (at > origin->path && at[-1] == '/' && at[len] == '/')
			return true;
	return false;
}

static bool has_path_below(const struct guest *guest, const struct disk *disk, const char *name)
{
	for (size_t i = 0; i < guest->p->nr_paths; i++)
		if (!strcmp(guest->p->paths[i].disk, disk->name) &&
		    is_below(&guest->paths[i], name))
			return true;
	return false;
}

/*
 * The disk or NIC of a device: it alone if there is one, else the device by its own name with the
 * letter that they share. False if none is below it.
 */
static bool own_children(struct irq *irq, const struct guest *guest, const char *name,
			 const char *title)
{
	const struct platform *p = guest->p;
	const struct disk *disk = NULL;
	size_t disks = 0;

	for (size_t i = 0; i < p->nr_nics; i++) {
		if (is_below(&guest->nics[i].origin, name)) {
			own_nic(irq, &p->nics[i]);
			return true;
		}
	}
	for (size_t i = 0; i < p->nr_disks; i++) {
		if (is_below(&guest->disks[i].origin, name) ||
		    has_path_below(guest, &p->disks[i], name)) {
			disk = &p->disks[i];
			disks++;
		}
	}
	if (!disk)
		return false;
	own_disk(irq, disk);
	if (disks > 1)
		STR_SET(irq->device, "%s", title);
	return true;
}

static bool has_msi(const struct pci *pci, unsigned int nr)
{
	for (size_t i = 0; i < pci->msi.nr; i++)
		if (pci->msi.irq[i] == nr)
			return true;
	return false;
}

/*
 * The PCI function of an action. Its address stands in the action ("ahci[0000:00:05.0]") or in the
 * chip's name ("PCI-MSIX-0000:00:05.0"), or the function lists it among its MSIs, which nobody
 * shares, whatever the chip: a passed-through function's are event channels on Xen. Else the line
 * must be the function's and the action have its driver's name, since a line may be shared.
 */
static const struct pci *find_pci(const struct guest *guest, const struct irq *irq)
{
	const struct pci *found = NULL;

	for (size_t i = 0; i < guest->nr_pci; i++) {
		const struct pci *pci = &guest->pci[i];

		if (strstr(irq->action, pci->address) || strstr(irq->chip, pci->address) ||
		    has_msi(pci, irq->nr))
			return pci;
		if (pci->msi.nr || !irq->nr || pci->irq != irq->nr || !pci->driver[0] ||
		    !strstr(irq->action, pci->driver))
			continue;
		if (found)
			return NULL; /* two of the same driver on one line: no evidence */
		found = pci;
	}
	if (!found) { /* IDE in its legacy mode: lines 14 and 15, in no PCI register */
		for (size_t i = 0; i < guest->nr_pci; i++)
			if (irq->nr < 16 && !strcmp(guest->pci[i].driver, irq->action))
				return &guest->pci[i];
	}
	return found;
}

static bool own_pci(struct irq *irq, const struct guest *guest)
{
	const struct pci *pci = find_pci(guest, irq);
	const char *how;
	char title[48];

	if (!pci)
		return false;
	STR_SET(title, "%s %s", pci->driver, pci->address);
	if (own_children(irq, guest, pci->address, title))
		return true;
	owner(irq, AREA_PLATFORM, pci__letter(guest, pci, &how), irq->action);
	return true;
}

/* Lines of the PC itself. */
static void own_platform(struct irq *irq, const struct guest *guest)
{
	static const char *const timers[] = { "timer", "hpet" };
	enum letter letter = guest->p->boot == BOOT_UNKNOWN ? LETTER_UNKNOWN
			     : guest__virtual(guest)	    ? LETTER_VS
							    : LETTER_H;

	owner(irq, AREA_PLATFORM, letter, irq->action);
	for (size_t i = 0; i < LENGTH(timers); i++)
		if (starts(irq->action, timers[i]))
			irq->area = AREA_TIMER;
}

static void kind(struct irq *irq, const char *name)
{
	STR_SET(irq->kind, "%s", name);
}

/* Per-vCPU channels (arch/x86/xen/{smp,time,spinlock}.c): "timer0" a virq, "resched0" an IPI. */
static void own_percpu(struct irq *irq, const char *flow)
{
	bool timer = starts(irq->action, "timer");

	kind(irq, timer || !strcmp(flow, "virq") ? "virq" : "ipi");
	owner(irq, timer ? AREA_TIMER : AREA_INTERRUPT, LETTER_P, irq->action);
	irq->stem = strlen(irq->device);
	while (irq->stem > 1 && strchr("0123456789", irq->device[irq->stem - 1]))
		irq->stem--;
}

/*
 * The disk of a blkfront channel. Every one is called "blkif" (drivers/block/xen-blkfront.c) and
 * nothing in sysfs tells which disk it serves: an answer only if there is no choice.
 */
static void own_blkif(struct irq *irq, const struct guest *guest)
{
	const struct disk *disk = NULL;

	kind(irq, "vbd");
	owner(irq, AREA_DISK, LETTER_P, irq->action);
	for (size_t i = 0; i < guest->p->nr_disks; i++) {
		if (!starts(guest->disks[i].origin.xenbus, "vbd-"))
			continue;
		if (disk)
			return;
		disk = &guest->p->disks[i];
	}
	if (disk)
		own_disk(irq, disk);
}

static void own_channel(struct irq *irq, const struct guest *guest, const char *flow)
{
	const struct nic *nic = front_end_nic(guest, irq->action);

	if (!nic) /* old kernels call it after the interface */
		nic = named_nic(guest, irq->action);
	kind(irq, !strcmp(flow, "virq") ? "virq" : "event");
	owner(irq, AREA_PLATFORM, LETTER_P, irq->action);
	if (nic) {
		kind(irq, "vif");
		own_nic(irq, nic);
	} else if (!strcmp(irq->action, "blkif")) {
		own_blkif(irq, guest);
	} else if (!strcmp(irq->action, "blkif-backend")) {
		kind(irq, "vbd");
		irq->area = AREA_DISK;
	} else if (starts(irq->action, "vif")) { /* xen-netback: "vif1.0-q0-tx" */
		kind(irq, "vif");
		irq->area = AREA_NET;
		irq->device[strcspn(irq->device, "-")] = '\0';
	} else if (starts(irq->action, "xenbus")) {
		kind(irq, "xenbus");
	} else if (starts(irq->action, "evtchn:")) { /* a process: drivers/xen/evtchn.c */
		kind(irq, "user");
		irq->user = true;
	}
}

static void own_line(struct irq *irq, const struct guest *guest)
{
	const struct nic *nic = named_nic(guest, irq->action);
	char device[32];

	if (!strcmp(irq->action, "xen-platform-pci")) {
		/* Event channels, but delivered by the emulated interrupt controllers. */
		owner(irq, AREA_INTERRUPT, LETTER_VS, irq->action);
	} else if (nic) {
		own_nic(irq, nic);
	} else if (sscanf(irq->action, "virtio%31[0-9]", device) == 1) {
		char name[40];

		STR_SET(name, "virtio%s", device);
		if (!own_children(irq, guest, name, name))
			owner(irq, AREA_PLATFORM, LETTER_P, name);
	} else if (sscanf(irq->action, "nvme%31[0-9]q", device) == 1) {
		char name[40];

		STR_SET(name, "nvme%s", device);
		if (!own_children(irq, guest, name, name) && !own_pci(irq, guest))
			owner(irq, AREA_DISK, LETTER_UNKNOWN, name);
	} else if (!own_pci(irq, guest)) {
		own_platform(irq, guest);
	}
}

/* Complete its kind, area, letter and device. */
static void find_owner(struct irq *irq, const struct guest *guest, const char *flow)
{
	if (!strcmp(irq->chip, "xen-percpu")) {
		own_percpu(irq, flow);
	} else if (starts(irq->chip, "xen-pirq")) { /* a real interrupt, as an event channel */
		own_line(irq, guest);
		kind(irq, "pirq");
	} else if (irq->evtchn) {
		own_channel(irq, guest, flow);
	} else {
		own_line(irq, guest);
		kind(irq, "irq");
	}
}

void irqs__find_owners(struct guest *guest)
{
	char flow[32];

	for (size_t i = 0; i < guest->p->nr_irqs; i++) {
		struct irq *irq = &guest->p->irqs[i];

		FILES_READ(guest->files, flow, "sys/kernel/irq/%u/name", irq->nr);
		find_owner(irq, guest, flow);
	}
}
