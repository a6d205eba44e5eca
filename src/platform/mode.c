// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Boot type, from who is below us; then the mode, from what the guest uses of it. */
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"
#include "base/str.h"

enum bit { BIT_UNKNOWN, BIT_CLEAR, BIT_SET };

/*
 * Leaf 1, ECX bit 31: somebody is below. Without CPUID in a saved folder, /proc/cpuinfo still has its
 * flag.
 */
static enum bit hypervisor_bit(struct guest *guest)
{
	enum bit bit = BIT_UNKNOWN;
	char *text, *flags;

	if (guest->cpuid.known)
		return guest->cpuid.hypervisor ? BIT_SET : BIT_CLEAR;
	text = files__slurp(guest->files, "proc/cpuinfo");
	flags = text ? strstr(text, "\nflags") : NULL;
	if (flags) {
		flags++;
		flags[strcspn(flags, "\n")] = '\0';
		bit = strstr(flags, " hypervisor") ? BIT_SET : BIT_CLEAR;
	}
	free(text);
	return bit;
}

bool guest__vcpu_channels(const struct guest *guest)
{
	return guest->pv_timer_irq || guest->pv_ipi_irq;
}

static enum boot because(struct guest *guest, enum boot boot, const char *why)
{
	str__set(guest->boot_why, sizeof(guest->boot_why), "%s", why);
	return boot;
}

static void say_what_is_missing(struct guest *guest, enum bit bit)
{
	char *why = guest->boot_why;
	size_t size = sizeof(guest->boot_why);

	str__set(why, size, "no /sys/hypervisor/guest_type");
	if (bit == BIT_UNKNOWN)
		str__add(why, size, ", ", "no CPUID");
	if (!guest->interrupts_known)
		str__add(why, size, ", ", "no /proc/interrupts");
}

/*
 * Without the kernel's word (/sys/hypervisor may be left out of it): what only one kind can have.
 * Every HVM and PVH guest has the hypervisor bit in CPUID; of a PV guest that is what the processor
 * says, or Xen in its place. Its upcalls come by a way of their own, and HYP does not count them.
 */
static enum boot boot_by_facts(struct guest *guest, enum bit bit)
{
	if (bit == BIT_CLEAR && guest__uses_xen(guest))
		return because(guest, BOOT_PV, "uses Xen, no hypervisor bit in CPUID");
	if (guest__vcpu_channels(guest) && guest->interrupts_known && !guest->hyp_upcalls &&
	    !guest->platform_irq && !guest->xen.platform_pci[0] && !guest->cpuid.xen_features)
		return because(guest, BOOT_PV, "event channels, no callback vector");
	if (guest->xen.platform_pci[0])
		return because(guest, BOOT_HVM, "5853:0001");
	/* As under nopv: a PC is HVM; what has no PCI may be PVH, or PV. */
	if (guest->nr_pci && bit == BIT_SET)
		return because(guest, BOOT_HVM, "a PC, hypervisor bit in CPUID");
	if (guest->hyp_upcalls && !guest->nr_pci && guest__uses_xen(guest))
		return because(guest, BOOT_PVH, "callback vector, no PCI");
	if (!guest__uses_xen(guest))
		return because(guest, BOOT_HVM, "Xen in CPUID, not used");
	say_what_is_missing(guest, bit);
	return BOOT_UNKNOWN;
}

static enum boot xen_boot(struct guest *guest, enum bit bit)
{
	static const struct {
		const char *type;
		enum boot boot;
	} types[] = { { "PV", BOOT_PV }, { "PVH", BOOT_PVH }, { "HVM", BOOT_HVM } };
	const struct xen *xen = &guest->xen;

	if (xen->initial_domain)
		return because(guest, BOOT_DOM0, "initial domain");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(xen->guest_type, types[i].type))
			return because(guest, types[i].boot, "/sys/hypervisor/guest_type");
	if (xen->guest_type[0])
		return because(guest, BOOT_UNKNOWN, ""); /* a word that we do not know */
	if (xen->features_known && xen->features >> XENFEAT_MMU_PT_UPDATE_PRESERVE_AD & 1)
		return because(guest, BOOT_PV, "Xen's features");
	return boot_by_facts(guest, bit);
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
	else if (cpuid->xen || guest__uses_xen(guest))
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
	enum bit bit = hypervisor_bit(guest);

	name_hypervisor(guest);
	if (guest->xen.initial_domain || guest__uses_xen(guest))
		p->boot = xen_boot(guest, bit);
	else if (cpuid->kvm)
		p->boot = BOOT_KVM;
	else if (cpuid->xen)
		p->boot = xen_boot(guest, bit);
	else if (bit == BIT_CLEAR)
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

bool guest__is_xen(const struct guest *guest)
{
	switch (guest->p->boot) {
	case BOOT_PV:
	case BOOT_HVM:
	case BOOT_PVH:
	case BOOT_DOM0:
		return true;
	case BOOT_UNKNOWN:
		return guest__uses_xen(guest);
	default:
		return false;
	}
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
	       (guest__vcpu_channels(guest) || (guest->hyp_upcalls && !guest->cpuid.kvm));
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
	case BOOT_UNKNOWN:
		return guest__is_xen(guest) && guest__vcpu_channels(guest);
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
