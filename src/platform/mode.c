// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Boot type, from who is below us; then the mode, from what the guest uses of it. */
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"
#include "platform/str.h"

/* Without CPUID in a saved folder, /proc/cpuinfo still has the flag of leaf 1, ECX bit 31. */
static bool hypervisor_flag(struct guest *guest, bool *known)
{
	char *text = files__slurp(guest->files, "proc/cpuinfo");
	char *flags = text ? strstr(text, "\nflags") : NULL;
	bool found = false;

	*known = flags;
	if (flags) {
		flags++;
		flags[strcspn(flags, "\n")] = '\0';
		found = strstr(flags, " hypervisor");
	}
	free(text);
	return found;
}

static enum boot xen_boot(const struct guest *guest)
{
	const struct xen *xen = &guest->xen;

	if (xen->initial_domain)
		return BOOT_DOM0;
	if (!strcmp(xen->guest_type, "PV"))
		return BOOT_PV;
	if (!strcmp(xen->guest_type, "PVH"))
		return BOOT_PVH;
	if (!strcmp(xen->guest_type, "HVM"))
		return BOOT_HVM;
	if (xen->guest_type[0])
		return BOOT_UNKNOWN; /* a word that we do not know */
	if (xen->features_known && xen->features >> XENFEAT_MMU_PT_UPDATE_PRESERVE_AD & 1)
		return BOOT_PV;
	/* No word from the kernel, as under nopv: a PC is HVM; what has no PCI may be PVH. */
	if (xen->platform_pci[0] || guest->nr_pci || !guest__uses_xen(guest))
		return BOOT_HVM;
	return BOOT_UNKNOWN;
}

/* The words for a signature that is none. */
static const char *signature_words(const struct cpuid *cpuid)
{
	if (!cpuid->signature[0])
		return "unknown hypervisor";
	return !strcmp(cpuid->signature, SIGNATURE_TCG) ? "QEMU TCG" : cpuid->signature;
}

static void name_hypervisor(struct guest *guest)
{
	const struct cpuid *cpuid = &guest->cpuid;
	char *name = guest->p->hypervisor;
	size_t size = sizeof(guest->p->hypervisor);

	if (name[0])
		return; /* /sys/hypervisor, with the point release */
	if (cpuid->xen && cpuid->xen_version)
		str__set(name, size, "Xen %u.%u", cpuid->xen_version >> 16,
			 cpuid->xen_version & 0xffff);
	else if (cpuid->xen || guest->xen.sysfs)
		str__set(name, size, "Xen");
	else if (cpuid->kvm)
		str__set(name, size, "KVM");
	else if (cpuid->hypervisor)
		str__set(name, size, "%s", signature_words(cpuid));
}

/*
 * The kernel's word counts before CPUID's: a PV guest without CPUID faulting sees the processor's
 * leaves, and KVM can be told to show Xen's.
 */
void boot__derive(struct guest *guest)
{
	const struct cpuid *cpuid = &guest->cpuid;
	struct platform *p = guest->p;
	bool known = cpuid->known, below = cpuid->hypervisor;

	name_hypervisor(guest);
	if (!known)
		below = hypervisor_flag(guest, &known);
	if (guest->xen.initial_domain || guest__uses_xen(guest))
		p->boot = xen_boot(guest);
	else if (cpuid->kvm)
		p->boot = BOOT_KVM;
	else if (cpuid->xen)
		p->boot = xen_boot(guest);
	else if (known && !below)
		p->boot = BOOT_BARE;
	else
		p->not_xen = cpuid->signature[0];
}

bool guest__virtual(const struct guest *guest)
{
	return guest->p->boot != BOOT_BARE && guest->p->boot != BOOT_DOM0;
}

bool guest__uses_xen(const struct guest *guest)
{
	return guest->xen.sysfs || guest->xen.nr_front || guest->xen_irq;
}

bool guest__ignores_xen(const struct guest *guest)
{
	return guest->p->boot == BOOT_HVM && !guest__uses_xen(guest);
}

enum boot guest__kernel(const struct guest *guest)
{
	if (guest->p->boot != BOOT_DOM0)
		return guest->p->boot;
	if (!strcmp(guest->xen.guest_type, "PVH"))
		return BOOT_PVH;
	return strcmp(guest->xen.guest_type, "HVM") ? BOOT_PV : BOOT_UNKNOWN;
}

static bool has_pv_device(const struct guest *guest)
{
	const struct platform *p = guest->p;

	for (size_t i = 0; i < p->nr_disks; i++)
		if (guest->disks[i].origin.xenbus[0])
			return true;
	for (size_t i = 0; i < p->nr_nics; i++)
		if (guest->nics[i].origin.xenbus[0])
			return true;
	return false;
}

/*
 * Upcalls through the callback vector: HYP counts them (arch/x86/xen/enlighten_hvm.c), as it does
 * KVM's, or there are channels of each vCPU, which no other way could deliver; and the other way,
 * the platform device's interrupt, is not in use.
 */
bool guest__callback_vector(const struct guest *guest)
{
	enum boot kernel = guest__kernel(guest);

	return (kernel == BOOT_HVM || kernel == BOOT_PVH) && guest__uses_xen(guest) &&
	       !guest->platform_irq &&
	       (guest->pv_timer_irq || guest->pv_ipi_irq ||
		(guest->hyp_upcalls && !guest->cpuid.kvm));
}

bool guest__pv_timers(const struct guest *guest)
{
	return guest->pv_timer_irq || !strcmp(guest->p->clockevent, "xen");
}

static const char *hvm_mode(const struct guest *guest)
{
	if (guest__callback_vector(guest) && guest__pv_timers(guest))
		return "pvhvm";
	return has_pv_device(guest) || guest->platform_irq || guest__callback_vector(guest)
		       ? "hvm-pv"
		       : "hvm";
}

static bool has_amazon_device(const struct guest *guest)
{
	for (size_t i = 0; i < guest->nr_pci; i++)
		if (guest->pci[i].vendor == PCI_AMAZON)
			return true;
	return false;
}

static bool says_ec2(const struct guest *guest)
{
	return !strcmp(guest->vendor, "Amazon EC2");
}

static bool is_nitro(const struct guest *guest)
{
	return says_ec2(guest) && guest->cpuid.kvm && has_amazon_device(guest);
}

/*
 * DMI strings are anybody's to set. Amazon's machines of that name are Nitro guests and whole
 * machines, and both have Amazon's disks and NICs; its guests of Xen are left out, older ones have
 * neither.
 */
const char *guest__against_ec2(const struct guest *guest)
{
	enum boot boot = guest->p->boot;

	if (!says_ec2(guest) || (boot != BOOT_KVM && boot != BOOT_BARE && boot != BOOT_UNKNOWN))
		return NULL;
	if (boot == BOOT_UNKNOWN && guest->cpuid.hypervisor)
		return "not on KVM";
	return has_amazon_device(guest) ? NULL : "no PCI device of Amazon's";
}

/*
 * Somebody accounts steal: Xen's runstate, which an HVM guest registers together with its PV
 * clock, only with the callback vector (arch/x86/xen/time.c, xen_hvm_init_time_ops()); or KVM.
 */
static bool steal_measured(const struct guest *guest)
{
	switch (guest->p->boot) {
	case BOOT_PV:
	case BOOT_PVH:
	case BOOT_DOM0:
		return true;
	case BOOT_HVM:
		return guest__callback_vector(guest) && guest__pv_timers(guest);
	case BOOT_KVM:
		return guest->cpuid.kvm_features & KVM_STEAL_TIME &&
		       !guest__argument(guest, "no-steal-acc");
	default:
		return false;
	}
}

void mode__derive(struct guest *guest)
{
	static const char *const modes[] = {
		[BOOT_UNKNOWN] = "unknown", [BOOT_PV] = "pv",	[BOOT_PVH] = "pvh",
		[BOOT_DOM0] = "dom0",	    [BOOT_KVM] = "kvm", [BOOT_BARE] = "bare-metal",
	};
	struct platform *p = guest->p;
	const char *mode = p->boot == BOOT_HVM ? hvm_mode(guest) : modes[p->boot];

	if (p->boot == BOOT_KVM && is_nitro(guest))
		mode = "nitro";
	strcpy(p->mode, mode);
	p->steal_measured = steal_measured(guest);
}
