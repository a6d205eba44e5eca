// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Who is below the guest: what the processor says (CPUID), what Xen says (/sys/hypervisor and
 * xenbus), and what is concluded: boot type and mode. The kernel's word counts before CPUID's, and
 * witnesses that contradict each other are shown.
 */
#include <cpuid.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"

#define SAVED	   "cpuid.txt"
#define BASE_FIRST 0x40000000u
#define BASE_LAST  0x4000ff00u /* the kernel looks no further: cpuid_base_hypervisor() */
#define BASE_STEP  0x100u
#define LEAVES_MAX 64

struct leaf {
	uint32_t nr, eax, ebx, ecx, edx;
};

struct leaves {
	struct leaf leaf[LEAVES_MAX];
	size_t nr;
};

static const struct leaf *leaves__find(const struct leaves *leaves, uint32_t nr)
{
	static const struct leaf none;

	for (size_t i = 0; i < leaves->nr; i++)
		if (leaves->leaf[i].nr == nr)
			return &leaves->leaf[i];
	return &none;
}

static const struct leaf *leaves__ask(struct leaves *leaves, uint32_t nr)
{
	struct leaf *leaf = &leaves->leaf[leaves->nr];

	if (leaves->nr == LEAVES_MAX)
		return leaves__find(leaves, nr);
	leaf->nr = nr;
	__cpuid_count(nr, 0, leaf->eax, leaf->ebx, leaf->ecx, leaf->edx);
	leaves->nr++;
	return leaf;
}

static void signature(const struct leaf *leaf, char out[13])
{
	memcpy(out, &leaf->ebx, 4);
	memcpy(out + 4, &leaf->ecx, 4);
	memcpy(out + 8, &leaf->edx, 4);
	out[12] = '\0';
}

static bool is_base(uint32_t nr)
{
	return nr >= BASE_FIRST && nr <= BASE_LAST && nr % BASE_STEP == 0;
}

/*
 * Ask the processor for what we look at. Each question is an exit to the hypervisor: the search
 * ends at the first interface after Hyper-V's, which Xen and KVM may show in front of their own.
 */
static void leaves__from_processor(struct leaves *leaves)
{
	const struct leaf *leaf;
	char name[13];

	leaf = leaves__ask(leaves, 1);
	leaves__ask(leaves, 0x80000001u);
	if (!(leaf->ecx >> 31))
		return;
	for (uint32_t base = BASE_FIRST; base <= BASE_LAST; base += BASE_STEP) {
		struct leaf answer = { .nr = base };

		__cpuid_count(base, 0, answer.eax, answer.ebx, answer.ecx, answer.edx);
		signature(&answer, name);
		if (answer.eax < base || answer.eax > base + BASE_STEP || !name[0])
			continue;
		if (leaves->nr < LEAVES_MAX)
			leaves->leaf[leaves->nr++] = answer;
		for (uint32_t nr = base + 1; nr <= answer.eax && nr <= base + 5; nr++)
			leaves__ask(leaves, nr);
		if (strcmp(name, "Microsoft Hv"))
			break;
	}
}

static void leaves__from_text(struct leaves *leaves, const char *text)
{
	struct leaf leaf;
	const char *end;

	/* A line without its end was cut, and its last number may be a part of one. */
	while (text && leaves->nr < LEAVES_MAX && (end = strchr(text, '\n'))) {
		if (sscanf(text, "%x: %x %x %x %x", &leaf.nr, &leaf.eax, &leaf.ebx, &leaf.ecx,
			   &leaf.edx) == 5)
			leaves->leaf[leaves->nr++] = leaf;
		text = end + 1;
	}
}

static void leaves__note(const struct leaves *leaves, struct files *files)
{
	char text[LEAVES_MAX * 46 + 1] = "";
	size_t at = 0;

	for (size_t i = 0; i < leaves->nr; i++) {
		const struct leaf *leaf = &leaves->leaf[i];

		at += snprintf(text + at, sizeof(text) - at, "%08x: %08x %08x %08x %08x\n",
			       leaf->nr, leaf->eax, leaf->ebx, leaf->ecx, leaf->edx);
	}
	files__note(files, SAVED, text);
}

/* Of HVM and PVH guests; a PV guest sees the processor's leaves, or those of who is below its Xen. */
static void decode_xen(struct cpuid *cpuid, const struct leaves *leaves, const struct leaf *leaf)
{
	const struct leaf *features = leaves__find(leaves, leaf->nr + 4);
	const struct leaf *tsc = leaves__find(leaves, leaf->nr + 3);

	cpuid->xen = leaf->nr;
	cpuid->xen_version = leaves__find(leaves, leaf->nr + 1)->eax;
	cpuid->xen_features = features->eax;
	cpuid->xen_features_known = features->nr && leaf->eax >= features->nr;
	if (cpuid->xen_features_known && features->eax & XEN_DOMID_PRESENT)
		cpuid->domain = features->ecx;
	/* EDX: 1, and one more for each migration */
	if (leaf->eax >= leaf->nr + 3 && tsc->edx <= 1)
		cpuid->tsc_khz = tsc->ecx;
}

static void decode_base(struct cpuid *cpuid, const struct leaves *leaves, const struct leaf *leaf)
{
	char name[13];

	signature(leaf, name);
	if (leaf->nr == BASE_FIRST)
		strcpy(cpuid->signature, name);
	if (!strcmp(name, "XenVMMXenVMM") && !cpuid->xen)
		decode_xen(cpuid, leaves, leaf);
	if (!strncmp(name, "KVMKVMKVM", 9) && !cpuid->kvm) {
		cpuid->kvm = leaf->nr;
		cpuid->kvm_features = leaves__find(leaves, leaf->nr + 1)->eax;
		cpuid->kvm_hints = leaves__find(leaves, leaf->nr + 1)->edx;
	}
}

static void read_cpuid(struct cpuid *cpuid, struct files *files)
{
	struct leaves leaves = { 0 };
	char *text = NULL;

	if (files__live(files)) {
		leaves__from_processor(&leaves);
		leaves__note(&leaves, files);
	} else {
		text = files__slurp(files, SAVED);
		leaves__from_text(&leaves, text);
		free(text);
	}
	cpuid->known = leaves.nr > 0;
	cpuid->hypervisor = leaves__find(&leaves, 1)->ecx >> 31;
	cpuid->huge_1g = leaves__find(&leaves, 0x80000001u)->edx >> 26 & 1;
	for (size_t i = 0; i < leaves.nr; i++)
		if (is_base(leaves.leaf[i].nr))
			decode_base(cpuid, &leaves, &leaves.leaf[i]);
}

/* Xen's own account of the guest: /sys/hypervisor (drivers/xen/sys-hypervisor.c) and xenbus. */

static void read_version(struct guest *guest)
{
	struct files *files = guest->files;
	char extra[24];
	unsigned long long major, minor;

	if (files__number(files, &major, "sys/hypervisor/version/major") ||
	    files__number(files, &minor, "sys/hypervisor/version/minor"))
		return;
	FILES_READ(files, extra, "sys/hypervisor/version/extra");
	STR_SET(guest->p->hypervisor, "Xen %llu.%llu%s", major, minor, extra);
}

static void read_features(struct guest *guest)
{
	char text[64], *end;

	FILES_READ(guest->files, text, "sys/hypervisor/properties/features");
	if (!isxdigit((unsigned char)text[0])) /* strtoull() takes signs */
		return;
	errno = 0;
	guest->xen.features = strtoull(text, &end, 16);
	guest->xen.features_known = !errno && !*end;
}

/* Initial domain: three witnesses, of which old kernels have the second only (xenfs mounted). */
static void read_initial_domain(struct guest *guest)
{
	unsigned long long initdomain = 0;
	char text[64];

	if (guest->xen.features_known && guest->xen.features >> XENFEAT_DOM0 & 1)
		guest->xen.initial_domain = true;
	FILES_READ(guest->files, text, "proc/xen/capabilities");
	if (strstr(text, "control_d"))
		guest->xen.initial_domain = true;
	if (!files__number(guest->files, &initdomain, "sys/hypervisor/start_flags/initdomain") &&
	    initdomain)
		guest->xen.initial_domain = true;
}

/* "vbd-51728" or, of a back end, "vbd-1-51728". */
static void read_device(struct guest *guest, struct xenbus *dev, const char *bus, const char *name)
{
	STR_SET(dev->name, "%s", name);
	STR_SET(dev->type, "%s", dev->name);
	dev->type[strcspn(dev->type, "-")] = '\0';
	FILES_TARGET(guest->files, dev->driver, "sys/bus/%s/devices/%s/driver", bus, dev->name);
}

static int read_bus(struct guest *guest, const char *bus, struct xenbus **out, size_t *nr)
{
	struct names names;

	if (files__list(guest->files, &names, "sys/bus/%s/devices", bus) || !names.nr)
		return 0;
	*out = calloc(names.nr, sizeof(**out));
	if (*out) {
		for (size_t i = 0; i < names.nr; i++)
			read_device(guest, &(*out)[i], bus, names.name[i]);
		*nr = names.nr;
	}
	names__free(&names);
	return *out ? 0 : -ENOMEM;
}

int hypervisor__read(struct guest *guest)
{
	struct xen *xen = &guest->xen;
	char type[16];
	int err;

	read_cpuid(&guest->cpuid, guest->files);
	FILES_READ(guest->files, type, "sys/hypervisor/type");
	xen->sysfs = !strcmp(type, "xen");
	if (xen->sysfs) {
		FILES_READ(guest->files, xen->guest_type, "sys/hypervisor/guest_type");
		read_version(guest);
		read_features(guest);
	}
	read_initial_domain(guest);
	err = read_bus(guest, "xen", &xen->front, &xen->nr_front);
	if (!err)
		err = read_bus(guest, "xen-backend", &xen->back, &xen->nr_back);
	return err;
}

enum bit { BIT_UNKNOWN, BIT_CLEAR, BIT_SET };

/*
 * Leaf 1, ECX bit 31: somebody is below. Without CPUID in a saved folder, /proc/cpuinfo still has
 * its flag.
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
	STR_SET(guest->boot_why, "%s", why);
	return boot;
}

static void say_what_is_missing(struct guest *guest, enum bit bit)
{
	STR_SET(guest->boot_why, "no /sys/hypervisor/guest_type");
	if (bit == BIT_UNKNOWN)
		STR_ADD(guest->boot_why, ", ", "no CPUID");
	if (!guest->interrupts_known)
		STR_ADD(guest->boot_why, ", ", "no /proc/interrupts");
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
	for (size_t i = 0; i < LENGTH(types); i++)
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
	struct platform *p = guest->p;

	if (p->hypervisor[0])
		return; /* /sys/hypervisor, with the point release */
	if (cpuid->xen && cpuid->xen_version)
		STR_SET(p->hypervisor, "Xen %u.%u", cpuid->xen_version >> 16,
			cpuid->xen_version & 0xffff);
	else if (cpuid->xen || guest__uses_xen(guest))
		STR_SET(p->hypervisor, "Xen");
	else if (cpuid->kvm)
		STR_SET(p->hypervisor, "KVM");
	else if (cpuid->hypervisor)
		STR_SET(p->hypervisor, "%s", signature_words(cpuid));
}

/*
 * The kernel's word counts before CPUID's: a PV guest without CPUID faulting sees the processor's
 * leaves, and KVM can be told to show Xen's.
 */
void hypervisor__find_boot(struct guest *guest)
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
	if (p->boot == BOOT_HVM || p->boot == BOOT_PVH) {
		p->domain = cpuid->domain;
		p->tsc_khz = cpuid->tsc_khz;
	}
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

bool guest__is_nitro(const struct guest *guest)
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

void hypervisor__find_mode(struct guest *guest)
{
	struct platform *p = guest->p;
	const char *mode = p->boot == BOOT_HVM ? hvm_mode(guest) : boot__name(p->boot);

	if (p->boot == BOOT_KVM && guest__is_nitro(guest))
		mode = "nitro";
	strcpy(p->mode, mode);
	p->steal_measured = steal_measured(guest);
}
