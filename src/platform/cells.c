// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The cells of the spectrum: one for each disk and NIC, from its origin, then one for each facility
 * that is no device: interrupts, timers, platform, cpu and memory. The features have been judged
 * before.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"

#define SET(cell, field, ...) str__set((cell)->field, sizeof((cell)->field), __VA_ARGS__)
#define ADD(cell, field, ...) str__add((cell)->field, sizeof((cell)->field), "; ", __VA_ARGS__)

/* What the guest would have but for a reason that is known. */
static void better(struct cell *cell, const struct guest *guest, enum feature_id feature)
{
	if (guest->fixes[feature][0])
		SET(cell, better, "P: %s", guest->fixes[feature]);
}

static void from_origin(struct cell *cell, const struct origin *origin)
{
	cell->letter = origin->letter;
	cell->conflicting = origin->conflicting;
	strcpy(cell->how, origin->how);
	strcpy(cell->evidence, origin->evidence);
}

static struct cell *add(struct platform *p, enum area area, const char *what)
{
	struct cell *cell = &p->cells[p->nr_cells++];

	cell->area = area;
	SET(cell, what, "%s", what);
	return cell;
}

static const struct guest_disk *twin(const struct guest *guest, const struct disk *disk)
{
	size_t i = 0;

	while (strcmp(guest->p->disks[i].name, disk->same_as))
		i++;
	return &guest->disks[i];
}

static void add_disk(struct guest *guest, size_t i)
{
	const struct disk *disk = &guest->p->disks[i];
	struct cell *cell;

	if (disk->stacked || (guest->disks[i].idle && !disk->mounts[0]))
		return;
	cell = add(guest->p, AREA_DISK, disk->name);
	from_origin(cell, &guest->disks[i].origin);
	if (disk->front == FRONT_BLKFRONT && disk->hw_queues > 1)
		ADD(cell, evidence, "%u rings", disk->hw_queues);
	if (cell->letter != LETTER_VS || guest->disks[i].origin.what[0])
		return;
	if (disk->same_as[0]) {
		SET(cell, better, "P: %s, same disk", disk->same_as);
		ADD(cell, evidence, "%s", twin(guest, disk)->origin.xenbus);
	} else {
		better(cell, guest, PV_DISK);
	}
}

/* The toolstack gives a NIC's emulated and PV path one MAC address. */
static const char *same_nic(const struct guest *guest, size_t i)
{
	for (size_t k = 0; k < guest->p->nr_nics; k++)
		if (guest->p->nics[k].letter == LETTER_P && guest->nics[i].mac[0] &&
		    !strcmp(guest->nics[i].mac, guest->nics[k].mac))
			return guest->p->nics[k].name;
	return NULL;
}

static void add_nic(struct guest *guest, size_t i)
{
	const struct nic *nic = &guest->p->nics[i];
	struct cell *cell = add(guest->p, AREA_NET, nic->name);
	const char *same;

	from_origin(cell, &guest->nics[i].origin);
	if (nic->queues > 1)
		ADD(cell, evidence, "%u queues", nic->queues);
	same = cell->letter == LETTER_VS ? same_nic(guest, i) : NULL;
	if (same)
		SET(cell, better, "P: %s, same MAC address", same);
	else if (cell->letter == LETTER_VS && !guest->nics[i].origin.what[0])
		better(cell, guest, PV_NETWORK);
	else if (cell->letter == LETTER_P && guest->p->boot != BOOT_PVH)
		SET(cell, better, "VH: SR-IOV, by the host");
}

/* The facilities. */

#define SAY(cell, is, by, ...)                    \
	do {                                      \
		(cell)->letter = (is);            \
		SET(cell, how, "%s", by);         \
		SET(cell, evidence, __VA_ARGS__); \
	} while (0)

static const char *why(const struct guest *guest, enum feature_id feature)
{
	return guest->p->features[feature].why;
}

static bool is_active(const struct guest *guest, enum feature_id feature)
{
	return guest->p->features[feature].state == FEATURE_ACTIVE;
}

static void interrupts(struct cell *cell, const struct guest *guest)
{
	switch (guest__kernel(guest)) {
	case BOOT_PV:
		SAY(cell, LETTER_P, "event channels", "PV upcall");
		break;
	case BOOT_HVM:
	case BOOT_PVH:
		if (guest__callback_vector(guest)) {
			SAY(cell, LETTER_P, "callback vector", "vector f3, %s",
			    why(guest, CALLBACK_VECTOR));
		} else if (guest->platform_irq) {
			SAY(cell, LETTER_VS, "emulated interrupt", "events by xen-platform-pci");
		} else if (is_active(guest, APIC_VIRTUALIZATION)) {
			SAY(cell, LETTER_VH, "virtualized APIC", "%s",
			    why(guest, APIC_VIRTUALIZATION));
		} else if (guest__ignores_xen(guest)) {
			SAY(cell, LETTER_VS, "emulated APIC",
			    "no event channels; APIC virtualization: %s",
			    why(guest, APIC_VIRTUALIZATION));
		}
		better(cell, guest, CALLBACK_VECTOR);
		break;
	case BOOT_BARE:
		SAY(cell, LETTER_H, "APIC", "no hypervisor");
		break;
	default:
		if (guest__is_xen(guest) && guest__vcpu_channels(guest)) {
			SAY(cell, LETTER_P, "event channels", "of each vCPU");
			break;
		}
		SET(cell, how, "APIC");
		SET(cell, evidence, "APIC virtualization is not visible from inside");
	}
}

/*
 * What reading a clock costs, least first: a register or a page that the vDSO reads; Xen's page,
 * whose vDSO needs more than it has by default; a device's register, each an exit; ticks, which are
 * coarse.
 */
static const struct clock {
	const char *name;
	unsigned int cost;
} clocks[] = {
	{ "tsc", 0 },
	{ "kvm-clock", 0 },
	{ "hyperv_clocksource_tsc_page", 0 },
	{ "xen", 1 },
	{ "hpet", 2 },
	{ "acpi_pm", 3 },
	{ "pit", 4 },
	{ "refined-jiffies", 5 },
	{ "jiffies", 5 },
};

static const struct clock *find_clock(const char *name, size_t len)
{
	for (size_t i = 0; i < LENGTH(clocks); i++)
		if (strlen(clocks[i].name) == len && !strncmp(clocks[i].name, name, len))
			return &clocks[i];
	return NULL;
}

/*
 * A cheaper clock source that the kernel offers. It does not offer one that it found to be
 * unstable, as soon as it runs with high resolution (kernel/time/clocksource.c).
 */
static const char *cheaper_clock(const struct guest *guest)
{
	const char *current = guest->p->clocksource;
	const struct clock *best = find_clock(current, strlen(current)), *found;
	const char *name = NULL;

	if (!best)
		return NULL;
	for (const char *at = guest->clocksources; *at;) {
		size_t len = strcspn(at, " ");

		found = find_clock(at, len);
		if (found && found->cost < best->cost) {
			best = found;
			name = found->name;
		}
		at += len + strspn(at + len, " ");
	}
	return name;
}

/*
 * A local APIC's timer below a hypervisor is set by a write that always leaves the guest: neither
 * APICv nor AVIC has the timer.
 */
static void timers(struct cell *cell, const struct guest *guest)
{
	const char *event = guest->p->clockevent;
	const char *clock = cheaper_clock(guest);
	bool xen = !strcmp(event, "xen");

	STR_SET(guest->p->better_clock, "%s", clock ? clock : "");
	SET(cell, how, "%s%s", event, event[0] ? " timer" : "");
	cell->conflicting = xen && (guest->p->boot == BOOT_KVM || guest->p->boot == BOOT_BARE);
	if (!event[0])
		SET(cell, evidence, "no clock event device in sysfs");
	else if (cell->conflicting)
		SET(cell, evidence, "there is no Xen below");
	else if (xen)
		cell->letter = LETTER_P;
	else if (guest->p->boot == BOOT_BARE)
		cell->letter = LETTER_H;
	else if (guest->p->boot != BOOT_UNKNOWN)
		cell->letter = LETTER_VS;
	if (guest->pv_timer_irq)
		ADD(cell, evidence, "interrupt timer0");
	if (guest->p->clocksource[0])
		ADD(cell, evidence, "clock source %s", guest->p->clocksource);
	if (cell->letter == LETTER_VS)
		better(cell, guest, PV_TIMERS);
	if (!clock)
		return;
	ADD(cell, better, strstr(clock, "clock") ? "%s, live in sysfs" : "%s clock, live in sysfs",
	    clock);
}

/* Whether an interrupt is in use whose action begins so; NULL: none is. */
static bool has_action(const struct platform *p, const char *action)
{
	for (size_t i = 0; action && i < p->nr_irqs; i++) {
		if (!strncmp(p->irqs[i].action, action, strlen(action)))
			return true;
	}
	return false;
}

/* What of a PC is there to be emulated: by the interrupts that are in use. */
static void list_platform(struct cell *cell, const struct guest *guest)
{
	static const struct {
		const char *name, *action, *other;
	} parts[] = {
		{ "UART", "ttyS" },	     { "RTC", "rtc" },
		{ "PS/2", "i8042" },	     { "floppy", "floppy" },
		{ "ACPI", "acpi", "ACPI:" },
	};

	for (size_t i = 0; i < LENGTH(parts); i++) {
		if (has_action(guest->p, parts[i].action) || has_action(guest->p, parts[i].other))
			STR_ADD(cell->how, " ", "%s", parts[i].name);
	}
	if (guest->nr_pci)
		STR_ADD(cell->how, " ", "PCI");
}

static void platform(struct cell *cell, const struct guest *guest)
{
	const char *type = guest->xen.guest_type, *against = guest__against_ec2(guest);

	switch (guest->p->boot) {
	case BOOT_PV:
	case BOOT_PVH:
		SAY(cell, LETTER_P, "xenbus", "%s%s", type[0] ? "guest type " : "",
		    type[0] ? type : guest->boot_why);
		break;
	case BOOT_DOM0:
		SAY(cell, LETTER_H, "the machine's own", "initial domain, %zu back ends",
		    guest->xen.nr_back);
		break;
	case BOOT_BARE:
		SAY(cell, LETTER_H, "the machine's own", "no hypervisor");
		break;
	case BOOT_HVM:
		SET(cell, better, "P: PVH, by a new boot");
		/* fall through */
	case BOOT_KVM:
		cell->letter = LETTER_VS;
		list_platform(cell, guest);
		SET(cell, evidence, guest->xen.platform_pci[0] ? "5853:0001" : "interrupts in use");
		break;
	default:
		if (type[0])
			SET(cell, evidence, "guest type %s: not one of PV, HVM, PVH", type);
		else if (guest__is_xen(guest))
			SET(cell, evidence, "which kind of Xen guest is not known: %s",
			    guest->boot_why);
		break;
	}
	if (guest->product[0])
		ADD(cell, evidence, "DMI %s %s", guest->vendor, guest->product);
	cell->conflicting = against;
	if (against)
		ADD(cell, evidence, "%s", against);
}

static void conflict(struct cell *cell, bool holds, const char *what)
{
	if (!holds)
		return;
	cell->conflicting = true;
	ADD(cell, evidence, "%s", what);
}

/* Xen's answer to XENVER_get_features (xen/common/kernel.c) depends on the kind of guest. */
static bool features_of_another(const struct xen *xen)
{
	unsigned int bit = strcmp(xen->guest_type, "PV") ? XENFEAT_MMU_PT_UPDATE_PRESERVE_AD
							 : XENFEAT_HVM_CALLBACK_VECTOR;

	return xen->features_known && xen->guest_type[0] && xen->features >> bit & 1;
}

/* Witnesses of what is below the guest that cannot all be right. */
static void add_conflicts(struct cell *cell, const struct guest *guest)
{
	const struct cpuid *cpuid = &guest->cpuid;
	const struct xen *xen = &guest->xen;
	enum boot boot = guest->p->boot, kernel = guest__kernel(guest);
	/* by the kernel's word; CPUID of such a guest is always answered by the hypervisor */
	bool says_hvm = guest__uses_xen(guest) && (kernel == BOOT_HVM || kernel == BOOT_PVH);
	bool nopv = guest__argument(guest, "nopv") || guest__argument(guest, "xen_nopv");
	bool no_vector = guest__argument(guest, "xen_no_vector_callback");
	bool kvm_clock = strstr(guest->clocksources, "kvm-clock");

	conflict(cell, cpuid->xen && cpuid->kvm, "CPUID shows both Xen and KVM");
	conflict(cell, says_hvm && cpuid->kvm && !cpuid->xen,
		 "CPUID shows KVM, the kernel uses Xen");
	conflict(cell, says_hvm && cpuid->known && !cpuid->kvm && !cpuid->xen,
		 "the kernel uses Xen, CPUID shows none");
	/* a clock that only a kernel on KVM has, and nobody below */
	conflict(cell, kvm_clock && cpuid->known && !cpuid->kvm && boot == BOOT_BARE,
		 "kvm-clock is a clock source");
	conflict(cell, features_of_another(xen), "Xen's features are not of this guest type");
	conflict(cell, xen->initial_domain && !strcmp(xen->guest_type, "HVM"),
		 "the initial domain is no HVM guest");
	conflict(cell, boot == BOOT_PVH && xen->platform_pci[0],
		 "a PVH guest has no platform device");
	conflict(cell, boot == BOOT_HVM && xen->nr_front && nopv,
		 "argument nopv, yet devices on xenbus");
	conflict(cell, boot == BOOT_HVM && guest->pv_timer_irq && no_vector,
		 "argument xen_no_vector_callback, yet PV timers");
}

static void cpu(struct cell *cell, const struct guest *guest)
{
	const struct cpuid *cpuid = &guest->cpuid;

	switch (guest__kernel(guest)) {
	case BOOT_PV:
		SAY(cell, LETTER_P, "PV kernel", "%s",
		    guest->xen.guest_type[0] ? "/sys/hypervisor/guest_type" : guest->boot_why);
		SET(cell, better, "VH: PVH, by a new boot");
		if (guest->p->boot == BOOT_DOM0)
			SET(cell, better, "VH: PVH dom0, by a new boot");
		break;
	case BOOT_HVM:
	case BOOT_PVH:
		SAY(cell, LETTER_VH, guest__kernel(guest) == BOOT_PVH ? "PVH" : "HVM",
		    cpuid->xen ? "Xen leaf %08x; exits not visible" : "exits not visible",
		    cpuid->xen);
		break;
	case BOOT_KVM:
		SAY(cell, LETTER_VH, "KVM", "KVM leaf %08x; exits not visible", cpuid->kvm);
		break;
	case BOOT_BARE:
		SAY(cell, LETTER_H, "bare metal", "CPUID leaf 1: no hypervisor");
		break;
	default:
		if (!strcmp(cpuid->signature, SIGNATURE_TCG)) {
			cell->letter = LETTER_VS;
			SET(cell, how, "QEMU TCG");
		}
		SET(cell, evidence, "%s", guest->boot_why[0] ? guest->boot_why : cpuid->signature);
	}
	add_conflicts(cell, guest);
}

static void memory(struct cell *cell, const struct guest *guest)
{
	const char *evidence = why(guest, HAP);

	switch (guest__kernel(guest)) {
	case BOOT_PV:
		SAY(cell, LETTER_P, "PV page tables", "PV kernel");
		SET(cell, better, "VH: HAP, with PVH");
		break;
	case BOOT_BARE:
		SAY(cell, LETTER_H, "bare metal", "%s", evidence);
		break;
	case BOOT_HVM:
	case BOOT_PVH:
		if (is_active(guest, HAP))
			SAY(cell, LETTER_VH, "HAP", "%s", evidence);
		else
			SAY(cell, LETTER_UNKNOWN, "HAP or shadow", "%s", evidence);
		break;
	case BOOT_KVM:
		SAY(cell, LETTER_UNKNOWN, "EPT, NPT or shadow", "%s", evidence);
		break;
	default:
		SET(cell, evidence, "%s", evidence);
	}
}

static const struct {
	enum area area;
	void (*judge)(struct cell *cell, const struct guest *guest);
} facilities[] = {
	{ AREA_INTERRUPT, interrupts }, { AREA_TIMER, timers },
	{ AREA_PLATFORM, platform },	{ AREA_CPU, cpu },
	{ AREA_MEMORY, memory },
};

int cells__derive(struct guest *guest)
{
	struct platform *p = guest->p;

	p->cells = calloc(p->nr_disks + p->nr_nics + LENGTH(facilities), sizeof(*p->cells));
	if (!p->cells)
		return -ENOMEM;
	for (size_t i = 0; i < p->nr_disks; i++)
		add_disk(guest, i);
	for (size_t i = 0; i < p->nr_nics; i++)
		add_nic(guest, i);
	for (size_t i = 0; i < LENGTH(facilities); i++)
		facilities[i].judge(add(p, facilities[i].area, ""), guest);
	for (size_t i = 0; i < p->nr_cells; i++)
		if (p->cells[i].conflicting)
			STR_ADD(p->cells[i].how, " ", "(evidence conflicts)");
	return 0;
}
