// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Cells of what is no device: interrupts, timers, platform, cpu and memory. */
#include <stdarg.h>
#include <string.h>

#include "platform/guest.h"
#include "base/str.h"

#define SET(cell, field, ...) str__set((cell)->field, sizeof((cell)->field), __VA_ARGS__)
#define ADD(cell, field, ...) str__add((cell)->field, sizeof((cell)->field), "; ", __VA_ARGS__)

static void say(struct cell *cell, enum letter letter, const char *how)
{
	cell->letter = letter;
	SET(cell, how, "%s", how);
}

static const struct feature *feature(const struct guest *guest, const char *name)
{
	for (size_t i = 0; i < guest->p->nr_features; i++)
		if (!strcmp(guest->p->features[i].name, name))
			return &guest->p->features[i];
	return NULL;
}

static bool is_active(const struct guest *guest, const char *name)
{
	const struct feature *found = feature(guest, name);

	return found && found->state == FEATURE_ACTIVE;
}

static const char *why(const struct guest *guest, const char *name)
{
	const struct feature *found = feature(guest, name);

	return found ? found->why : "";
}

/* What the guest would have but for a reason that is known. */
static void better(struct cell *cell, const struct guest *guest, const char *name)
{
	const char *fix = guest__fix(guest, name);

	if (fix[0])
		SET(cell, better, "P: %s", fix);
}

static void interrupts(struct cell *cell, const struct guest *guest)
{
	switch (guest__kernel(guest)) {
	case BOOT_PV:
		say(cell, LETTER_P, "event channels");
		SET(cell, evidence, "PV upcall");
		break;
	case BOOT_HVM:
	case BOOT_PVH:
		if (guest__callback_vector(guest)) {
			say(cell, LETTER_P, "callback vector");
			SET(cell, evidence, "vector f3, %s", why(guest, "callback vector"));
		} else if (guest->platform_irq) {
			say(cell, LETTER_VS, "emulated interrupt");
			SET(cell, evidence, "events by xen-platform-pci");
		} else if (is_active(guest, "APIC virtualization")) {
			say(cell, LETTER_VH, "virtualized APIC");
			SET(cell, evidence, "%s", why(guest, "APIC virtualization"));
		} else if (guest__ignores_xen(guest)) {
			say(cell, LETTER_VS, "emulated APIC");
			SET(cell, evidence, "no event channels; APIC virtualization: %s",
			    why(guest, "APIC virtualization"));
		}
		better(cell, guest, "callback vector");
		break;
	case BOOT_BARE:
		say(cell, LETTER_H, "APIC");
		SET(cell, evidence, "no hypervisor");
		break;
	default:
		if (guest__is_xen(guest) && guest__vcpu_channels(guest)) {
			say(cell, LETTER_P, "event channels");
			SET(cell, evidence, "of each vCPU");
			break;
		}
		SET(cell, how, "APIC");
		SET(cell, evidence, "APIC virtualization is not visible from inside");
	}
}

/*
 * What reading a clock costs, least first: a register or a page that the vDSO reads; Xen's page, whose
 * vDSO needs more than it has by default; a device's register, each an exit; ticks, which are coarse.
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
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
		if (strlen(clocks[i].name) == len && !strncmp(clocks[i].name, name, len))
			return &clocks[i];
	return NULL;
}

/*
 * A cheaper clock source that the kernel offers. It does not offer one that it found to be unstable,
 * as soon as it runs with high resolution (kernel/time/clocksource.c).
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
		better(cell, guest, "PV timers");
	if (!clock)
		return;
	if (!strcmp(cell->better, "-"))
		cell->better[0] = '\0';
	ADD(cell, better, strstr(clock, "clock") ? "%s, live in sysfs" : "%s clock, live in sysfs",
	    clock);
}

/* What of a PC is there to be emulated: by the interrupts that are in use. */
static void list_platform(struct cell *cell, const struct guest *guest)
{
	static const struct {
		const char *action, *name;
	} parts[] = {
		{ "ttyS", "UART" },	{ "rtc", "RTC" },   { "i8042", "PS/2" },
		{ "floppy", "floppy" }, { "acpi", "ACPI" }, { "ACPI:", "ACPI" },
	};
	const struct platform *p = guest->p;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (size_t k = 0; k < p->nr_irqs; k++) {
			if (strncmp(p->irqs[k].action, parts[i].action, strlen(parts[i].action)) ||
			    strstr(cell->how, parts[i].name))
				continue;
			str__add(cell->how, sizeof(cell->how), " ", "%s", parts[i].name);
		}
	}
	if (guest->nr_pci)
		str__add(cell->how, sizeof(cell->how), " ", "PCI");
}

static void platform(struct cell *cell, const struct guest *guest)
{
	const char *product = guest->product, *against = guest__against_ec2(guest);

	switch (guest->p->boot) {
	case BOOT_PV:
	case BOOT_PVH:
		say(cell, LETTER_P, "xenbus");
		if (guest->xen.guest_type[0])
			SET(cell, evidence, "guest type %s", guest->xen.guest_type);
		else
			SET(cell, evidence, "%s", guest->boot_why);
		break;
	case BOOT_DOM0:
		say(cell, LETTER_H, "the machine's own");
		SET(cell, evidence, "initial domain, %zu back ends", guest->xen.nr_back);
		break;
	case BOOT_BARE:
		say(cell, LETTER_H, "the machine's own");
		SET(cell, evidence, "no hypervisor");
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
		if (guest->xen.guest_type[0])
			SET(cell, evidence, "guest type %s: not one of PV, HVM, PVH",
			    guest->xen.guest_type);
		else if (guest__is_xen(guest))
			SET(cell, evidence, "which kind of Xen guest is not known: %s",
			    guest->boot_why);
		break;
	}
	if (product[0])
		ADD(cell, evidence, "DMI %s %s", guest->vendor, product);
	cell->conflicting = against;
	if (against)
		ADD(cell, evidence, "%s", against);
}

static void cpu(struct cell *cell, const struct guest *guest)
{
	const struct cpuid *cpuid = &guest->cpuid;

	switch (guest__kernel(guest)) {
	case BOOT_PV:
		say(cell, LETTER_P, "PV kernel");
		SET(cell, evidence, "%s",
		    guest->xen.guest_type[0] ? "/sys/hypervisor/guest_type" : guest->boot_why);
		SET(cell, better, "VH: PVH, by a new boot");
		if (guest->p->boot == BOOT_DOM0)
			SET(cell, better, "VH: PVH dom0, by a new boot");
		break;
	case BOOT_HVM:
	case BOOT_PVH:
		say(cell, LETTER_VH, guest__kernel(guest) == BOOT_PVH ? "PVH" : "HVM");
		SET(cell, evidence,
		    cpuid->xen ? "Xen leaf %08x; exits not visible" : "exits not visible",
		    cpuid->xen);
		break;
	case BOOT_KVM:
		say(cell, LETTER_VH, "KVM");
		SET(cell, evidence, "KVM leaf %08x; exits not visible", cpuid->kvm);
		break;
	case BOOT_BARE:
		say(cell, LETTER_H, "bare metal");
		SET(cell, evidence, "CPUID leaf 1: no hypervisor");
		break;
	default:
		if (!strcmp(cpuid->signature, SIGNATURE_TCG))
			say(cell, LETTER_VS, "QEMU TCG");
		SET(cell, evidence, "%s", guest->boot_why[0] ? guest->boot_why : cpuid->signature);
	}
	conflicts__add(cell, guest);
}

static void memory(struct cell *cell, const struct guest *guest)
{
	switch (guest__kernel(guest)) {
	case BOOT_PV:
		say(cell, LETTER_P, "PV page tables");
		SET(cell, evidence, "PV kernel");
		SET(cell, better, "VH: HAP, with PVH");
		return;
	case BOOT_BARE:
		say(cell, LETTER_H, "bare metal");
		break;
	case BOOT_HVM:
	case BOOT_PVH:
		if (is_active(guest, "HAP"))
			say(cell, LETTER_VH, "HAP");
		else
			SET(cell, how, "HAP or shadow");
		break;
	case BOOT_KVM:
		SET(cell, how, "EPT, NPT or shadow");
		break;
	default:
		break;
	}
	SET(cell, evidence, "%s", why(guest, "HAP"));
}

const struct facility facilities[FACILITIES] = {
	{ AREA_INTERRUPT, interrupts }, { AREA_TIMER, timers },
	{ AREA_PLATFORM, platform },	{ AREA_CPU, cpu },
	{ AREA_MEMORY, memory },
};
