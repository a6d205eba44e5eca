// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Features of a guest, each by itself: in use, or what gates it. The mode is derived from them. The
 * conditions are the kernel's own, as it sets itself up.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"

struct verdict {
	enum feature_state state;
	enum cause cause;
	char why[128];
	char fix[96];
	const char *what; /* what one would have, in the words of a cell */
};

#define SAY(verdict, what, ...)                       \
	do {                                          \
		(verdict)->state = (what);            \
		STR_SET((verdict)->why, __VA_ARGS__); \
	} while (0)

/* Not used, for a cause that others ask for. */
static void say_cause(struct verdict *v, enum cause cause)
{
	SAY(v, FEATURE_UNUSED, "%s", cause__text(cause));
	v->cause = cause;
}

/* How to come to it, where the reason against it says so. */
#define FIX(verdict, ...) STR_SET((verdict)->fix, __VA_ARGS__)

/* What keeps PV drivers from an HVM guest. */
struct gate {
	enum cause cause;
	const char *why; /* where it is CAUSE_OTHER */
	const char *fix; /* what follows "blkfront, " */
};

/* The first that holds; NULL: nothing does. */
static const struct gate *pv_gate(const struct guest *guest)
{
	static const struct gate gates[] = {
		{ CAUSE_NOPV, NULL, "without argument nopv" },
		{ CAUSE_XEN_NOPV, NULL, "without argument xen_nopv" },
		{ CAUSE_OTHER, "the kernel does not use Xen (CONFIG_XEN_PVHVM?)",
		  "with a kernel that has CONFIG_XEN_PVHVM" },
		{ CAUSE_NO_UNPLUG, NULL, "without argument xen_emul_unplug=never" },
		{ CAUSE_OTHER, "no device on xenbus", "by the host's configuration" },
	};
	const bool holds[LENGTH(gates)] = {
		guest__argument(guest, "nopv"), guest__argument(guest, "xen_nopv"),
		guest__ignores_xen(guest),	guest__argument(guest, "xen_emul_unplug=never"),
		!guest->xen.nr_front,
	};

	for (size_t i = 0; i < LENGTH(gates); i++)
		if (holds[i])
			return &gates[i];
	return NULL;
}

static const char *gate__why(const struct gate *gate)
{
	return gate->why ? gate->why : cause__text(gate->cause);
}

static void say_gate(struct verdict *v, const struct gate *gate)
{
	SAY(v, FEATURE_UNUSED, "%s", gate__why(gate));
	v->cause = gate->cause;
	FIX(v, "%s, %s", v->what, gate->fix);
}

/* Against something that an argument of the kernel alone keeps away. */
static void say_argument(struct verdict *v, enum cause cause)
{
	say_cause(v, cause);
	FIX(v, "%s, without argument %s", v->what, cause__argument(cause));
}

/* A kind of PV device, on Xen's bus and as virtio (virtio 1.2, 5: device types). */
struct pv_kind {
	enum front front;
	const char *module, *virtio;
	unsigned int virtio_type;
	const char *virtio_module;
};

static const struct pv_kind disk_kind = { FRONT_BLKFRONT, "xen_blkfront", "virtio-blk", 2,
					  "virtio_blk" };
static const struct pv_kind nic_kind = { FRONT_NETFRONT, "xen_netfront", "virtio-net", 1,
					 "virtio_net" };

/* A virtio device of this kind that waits for a driver: the module that is missing, or NULL. */
static const char *virtio_waits_for(const struct guest *guest, const struct pv_kind *kind)
{
	unsigned long long type;
	const char *found = NULL;
	struct names names;
	char driver[32];

	for (size_t i = 0; i < guest->nr_pci; i++) {
		const struct pci *pci = &guest->pci[i];

		if (pci->vendor == 0x1af4 && !pci->driver[0] &&
		    (pci->device == 0x1040 + kind->virtio_type ||
		     pci->device == 0x0fff + kind->virtio_type))
			return "virtio_pci";
	}
	if (files__list(guest->files, &names, "sys/bus/virtio/devices"))
		return NULL;
	for (size_t i = 0; i < names.nr && !found; i++)
		if (!files__number(guest->files, &type, "sys/bus/virtio/devices/%s/device",
				   names.name[i]) &&
		    type == kind->virtio_type &&
		    FILES_TARGET(guest->files, driver, "sys/bus/virtio/devices/%s/driver",
				 names.name[i]))
			found = kind->virtio_module;
	names__free(&names);
	return found;
}

static void pv_device_of_kvm(struct verdict *v, const struct guest *guest,
			     const struct pv_kind *kind)
{
	const char *module = virtio_waits_for(guest, kind);

	if (guest__is_nitro(guest)) {
		SAY(v, FEATURE_IMPOSSIBLE, "Nitro has hardware functions in place of virtio");
	} else if (module) {
		SAY(v, FEATURE_UNUSED, "a virtio device has no driver (%s)", module);
		FIX(v, "load %s", module);
	} else {
		SAY(v, FEATURE_UNUSED, "no virtio device: the host's configuration");
		FIX(v, "%s, by the host's configuration", kind->virtio);
	}
}

/* Of what the host offers on xenbus. */
static void pv_device_of_xen(struct verdict *v, const struct guest *guest,
			     const struct pv_kind *kind)
{
	const struct gate *gate = guest->p->boot == BOOT_HVM ? pv_gate(guest) : NULL;
	const char *type = front__type(kind->front);
	size_t offered = 0, driven = 0;

	for (size_t i = 0; i < guest->xen.nr_front; i++) {
		if (strcmp(guest->xen.front[i].type, type))
			continue;
		offered++;
		driven += guest->xen.front[i].driver[0] != '\0';
	}
	if (gate) {
		say_gate(v, gate);
	} else if (offered > driven) {
		SAY(v, FEATURE_UNUSED, "a %s is on xenbus and has no driver (%s)", type,
		    kind->module);
		FIX(v, "load %s", kind->module);
	} else if (offered) {
		SAY(v, FEATURE_UNKNOWN, "a %s on xenbus has its driver, but sysfs shows no device",
		    type);
	} else {
		SAY(v, FEATURE_UNUSED, "no %s on xenbus: the host's configuration", type);
		FIX(v, "%s, by the host's configuration", v->what);
	}
}

/* A PV disk or NIC: by the bus that it is on. */
static void pv_device(struct verdict *v, const struct guest *guest, const struct pv_kind *kind,
		      const char *names)
{
	v->what = front__name(kind->front);
	if (names[0]) {
		SAY(v, FEATURE_ACTIVE, "%s", names);
		if (guest->p->boot == BOOT_KVM)
			FIX(v, "%s, by the host's configuration", kind->virtio);
		else if (guest__is_xen(guest))
			FIX(v, "%s, by the host's configuration", v->what);
	} else if (guest->p->boot == BOOT_BARE) {
		SAY(v, FEATURE_IMPOSSIBLE, "no hypervisor");
	} else if (guest->p->boot == BOOT_DOM0) {
		SAY(v, FEATURE_IMPOSSIBLE, "dom0 serves the others");
	} else if (guest->p->boot == BOOT_KVM) {
		pv_device_of_kvm(v, guest, kind);
	} else if (guest__is_xen(guest)) {
		pv_device_of_xen(v, guest, kind);
	} else {
		SAY(v, FEATURE_UNKNOWN, "%s",
		    guest->p->hypervisor[0] ? "no device of Xen's or of virtio"
					    : "no evidence of the hypervisor");
	}
}

/* Disks that are served so, by name; of the emulated ones those that a PV disk could replace. */
static void list_disks(char *names, size_t size, const struct guest *guest, enum letter letter)
{
	for (size_t i = 0; i < guest->p->nr_disks; i++) {
		const struct disk *disk = &guest->p->disks[i];

		if (disk->letter == letter && !disk->stacked &&
		    !(letter == LETTER_VS && guest->disks[i].origin.what[0]))
			str__add(names, size, ", ", "%s", disk->name);
	}
}

static void list_nics(char *names, size_t size, const struct guest *guest, enum letter letter)
{
	for (size_t i = 0; i < guest->p->nr_nics; i++)
		if (guest->p->nics[i].letter == letter &&
		    !(letter == LETTER_VS && guest->nics[i].origin.what[0]))
			str__add(names, size, ", ", "%s", guest->p->nics[i].name);
}

static void pv_disk(struct verdict *v, const struct guest *guest)
{
	char names[128] = "";

	list_disks(names, sizeof(names), guest, LETTER_P);
	pv_device(v, guest, &disk_kind, names);
}

static void pv_network(struct verdict *v, const struct guest *guest)
{
	char names[128] = "";

	list_nics(names, sizeof(names), guest, LETTER_P);
	pv_device(v, guest, &nic_kind, names);
}

/* What an HVM guest lacks for the callback vector; arch/x86/xen/enlighten_hvm.c. */
static void callback_vector(struct verdict *v, const struct guest *guest)
{
	const struct xen *xen = &guest->xen;

	if (guest__callback_vector(guest))
		SAY(v, FEATURE_ACTIVE, "%s",
		    guest->hyp_upcalls ? "HYP counts in /proc/interrupts"
				       : "event channels of each vCPU");
	else if (guest__kernel(guest) == BOOT_PV)
		SAY(v, FEATURE_IMPOSSIBLE, "PV has an upcall of its own");
	else if (!guest__is_xen(guest))
		SAY(v, FEATURE_IMPOSSIBLE, "no event channels");
	else if (guest__argument(guest, "xen_no_vector_callback"))
		say_argument(v, CAUSE_NO_VECTOR_CALLBACK);
	else if (guest__ignores_xen(guest))
		say_gate(v, pv_gate(guest));
	else if (xen->features_known && !(xen->features >> XENFEAT_HVM_CALLBACK_VECTOR & 1))
		SAY(v, FEATURE_IMPOSSIBLE, "not offered: XENFEAT_hvm_callback_vector");
	else if (guest->platform_irq)
		say_cause(v, CAUSE_PLATFORM_IRQ);
	else if (guest->p->boot == BOOT_UNKNOWN)
		SAY(v, FEATURE_UNKNOWN, "%s", guest->boot_why);
	else
		SAY(v, FEATURE_UNKNOWN, "no HYP count in /proc/interrupts");
}

/* A feature of Xen that follows the callback vector in an HVM guest. */
static void behind_vector(struct verdict *v, const struct guest *guest, const char *missing)
{
	if (!guest__is_xen(guest))
		SAY(v, FEATURE_IMPOSSIBLE, "%s",
		    guest->p->boot == BOOT_BARE ? "no hypervisor" : "not on this hypervisor");
	else if (guest__ignores_xen(guest))
		say_gate(v, pv_gate(guest));
	else if (guest->p->boot == BOOT_HVM && !guest__callback_vector(guest)) {
		say_cause(v, CAUSE_CALLBACK_VECTOR);
		FIX(v, "%s, which needs the callback vector", v->what);
	} else
		SAY(v, FEATURE_UNKNOWN, "%s", missing);
}

static void pv_timers(struct verdict *v, const struct guest *guest)
{
	const struct xen *xen = &guest->xen;

	if (guest__pv_timers(guest))
		SAY(v, FEATURE_ACTIVE, "clock event %s%s", guest->p->clockevent,
		    guest->pv_timer_irq ? ", interrupt timer0" : "");
	else if (guest->p->boot == BOOT_HVM && xen->features_known &&
		 !(xen->features >> XENFEAT_HVM_SAFE_PVCLOCK & 1))
		SAY(v, FEATURE_IMPOSSIBLE, "not offered: XENFEAT_hvm_safe_pvclock");
	else
		behind_vector(v, guest, "no clock event xen");
}

static void pv_clock(struct verdict *v, const struct guest *guest)
{
	const char *source = guest->p->clocksource;
	const char *pv = strstr(guest->clocksources, "xen")	    ? "xen"
			 : strstr(guest->clocksources, "kvm-clock") ? "kvm-clock"
								    : NULL;

	if (!strcmp(source, "xen") || !strcmp(source, "kvm-clock"))
		SAY(v, FEATURE_ACTIVE, "clock source %s", source);
	else if (pv)
		SAY(v, FEATURE_UNUSED, "%s is available, clock source is %s", pv, source);
	else if (guest->p->boot == BOOT_BARE)
		SAY(v, FEATURE_IMPOSSIBLE, "no hypervisor");
	else
		behind_vector(v, guest, "not among the clock sources");
}

static bool kvm_guest_support(const struct guest *guest)
{
	return guest->p->boot == BOOT_KVM && strstr(guest->clocksources, "kvm-clock");
}

/* KVM: pv_ipi_supported() in arch/x86/kernel/kvm.c. */
static void pv_ipis(struct verdict *v, const struct guest *guest)
{
	if (guest->pv_ipi_irq)
		SAY(v, FEATURE_ACTIVE, "resched and callfunc are event channels");
	else if (guest->p->boot != BOOT_KVM)
		behind_vector(v, guest, "no interrupt resched0 of xen-percpu");
	else if (!(guest->cpuid.kvm_features & KVM_PV_SEND_IPI))
		SAY(v, FEATURE_IMPOSSIBLE, "not offered by KVM's leaf");
	else if (guest->p->possible < 2)
		SAY(v, FEATURE_UNUSED, "one vCPU");
	else if (kvm_guest_support(guest))
		SAY(v, FEATURE_ACTIVE, "KVM leaf bit 11, kernel has kvm-clock");
	else
		SAY(v, FEATURE_UNKNOWN, "offered; the kernel has no kvm-clock");
}

/* xen_init_spinlocks() in arch/x86/xen/spinlock.c, kvm_spinlock_init() in arch/x86/kernel/kvm.c. */
static void pv_spinlocks(struct verdict *v, const struct guest *guest)
{
	if (guest->pv_lock_irq)
		SAY(v, FEATURE_ACTIVE, "interrupt spinlock0");
	else if (!guest__is_xen(guest) && guest->p->boot != BOOT_KVM)
		behind_vector(v, guest, "");
	else if (guest->p->possible == 1)
		SAY(v, FEATURE_UNUSED, "one vCPU");
	else if (guest__argument(guest, "nopvspin"))
		say_cause(v, CAUSE_NOPVSPIN);
	else if (guest__argument(guest, "xen_nopvspin"))
		say_cause(v, CAUSE_XEN_NOPVSPIN);
	else if (guest->p->boot != BOOT_KVM)
		behind_vector(v, guest, "no interrupt spinlock0 (CONFIG_PARAVIRT_SPINLOCKS?)");
	else if (!(guest->cpuid.kvm_features & KVM_PV_UNHALT))
		SAY(v, FEATURE_IMPOSSIBLE, "not offered by KVM's leaf");
	else if (guest->cpuid.kvm_hints & KVM_HINTS_REALTIME)
		SAY(v, FEATURE_UNUSED, "KVM hints at dedicated processors");
	else
		SAY(v, FEATURE_UNKNOWN, "offered by KVM; kernel config not visible");
}

/*
 * Xen shows 1 GiB pages to an HVM or PVH guest only with HAP: PAGE1GB is of class H in
 * xen/include/public/arch-x86/cpufeatureset.h.
 */
static void hap(struct verdict *v, const struct guest *guest)
{
	switch (guest__kernel(guest)) {
	case BOOT_PV:
		SAY(v, FEATURE_IMPOSSIBLE, "PV page tables");
		break;
	case BOOT_BARE:
		SAY(v, FEATURE_IMPOSSIBLE, "no hypervisor");
		break;
	case BOOT_HVM:
	case BOOT_PVH:
		if (guest->cpuid.xen && guest->cpuid.huge_1g) {
			SAY(v, FEATURE_ACTIVE, "1 GiB pages in CPUID");
			break;
		}
		/* fall through */
	default:
		SAY(v, FEATURE_UNKNOWN, "not visible from inside");
	}
}

static void apic_virtualization(struct verdict *v, const struct guest *guest)
{
	uint32_t features = guest->cpuid.xen_features;

	if (guest__kernel(guest) == BOOT_PV)
		SAY(v, FEATURE_IMPOSSIBLE, "PV has no local APIC");
	else if (guest->p->boot == BOOT_BARE)
		SAY(v, FEATURE_IMPOSSIBLE, "no hypervisor");
	else if (!guest__is_xen(guest) || !guest->cpuid.xen)
		SAY(v, FEATURE_UNKNOWN, "not visible from inside");
	else if (!guest->cpuid.xen_features_known)
		SAY(v, FEATURE_UNKNOWN, "CPUID has no Xen leaf 4: Xen older than 4.5?");
	else if (features & (XEN_APIC_ACCESS_VIRT | XEN_X2APIC_VIRT))
		SAY(v, FEATURE_ACTIVE, "Xen leaf 4:%s%s",
		    features & XEN_APIC_ACCESS_VIRT ? " registers" : "",
		    features & XEN_X2APIC_VIRT ? " x2APIC" : "");
	else
		SAY(v, FEATURE_IMPOSSIBLE, "not offered by Xen leaf 4");
}

static void sriov(struct verdict *v, const struct guest *guest)
{
	char names[128] = "";

	list_nics(names, sizeof(names), guest, LETTER_VH);
	list_disks(names, sizeof(names), guest, LETTER_VH);
	if (names[0])
		SAY(v, FEATURE_ACTIVE, "%s", names);
	else if (!guest__virtual(guest))
		SAY(v, FEATURE_UNKNOWN, "the machine's functions are its own");
	else if (guest->p->boot == BOOT_PVH)
		SAY(v, FEATURE_IMPOSSIBLE, "no PCI in a PVH guest");
	else
		SAY(v, FEATURE_UNUSED, "no virtual function here: the host assigns them");
}

static bool has_emulated_ahci(const struct guest *guest)
{
	for (size_t i = 0; i < guest->p->nr_disks; i++)
		if (guest->p->disks[i].letter == LETTER_VS && !guest->disks[i].origin.what[0] &&
		    !strcmp(guest->p->disks[i].driver, "ahci"))
			return true;
	return false;
}

/*
 * At boot the kernel asks the platform device to take the emulated disks and NICs away, before its
 * drivers see them (arch/x86/xen/platform-pci-unplug.c). QEMU takes IDE disks away, AHCI stays, and
 * so does what is no plain disk or NIC: CD drives by design.
 */
static void unplug(struct verdict *v, const struct guest *guest)
{
	const struct gate *gate = pv_gate(guest);
	char left[96] = "";

	list_disks(left, sizeof(left), guest, LETTER_VS);
	list_nics(left, sizeof(left), guest, LETTER_VS);
	if (guest->p->boot == BOOT_UNKNOWN && guest__is_xen(guest))
		SAY(v, FEATURE_UNKNOWN, "%s", guest->boot_why);
	else if (guest->p->boot != BOOT_HVM)
		SAY(v, FEATURE_IMPOSSIBLE, "no emulated devices of Xen's");
	else if (!left[0])
		SAY(v, FEATURE_ACTIVE, "no emulated disk or NIC is left");
	else if (guest__argument(guest, "xen_emul_unplug"))
		SAY(v, FEATURE_UNUSED, "argument xen_emul_unplug; left: %s", left);
	else if (gate)
		SAY(v, FEATURE_UNUSED, "%s; left: %s", gate__why(gate), left);
	else
		SAY(v, FEATURE_UNUSED, "left: %s%s", left,
		    has_emulated_ahci(guest) ? " (AHCI is not unplugged)" : "");
}

static const struct {
	void (*judge)(struct verdict *v, const struct guest *guest);
	const char *what; /* in a cell, if it has another name there */
} features[FEATURES] = {
	[PV_DISK] = { pv_disk },
	[PV_NETWORK] = { pv_network },
	[CALLBACK_VECTOR] = { callback_vector },
	[PV_TIMERS] = { pv_timers, "xen timer" },
	[PV_CLOCK] = { pv_clock },
	[PV_IPIS] = { pv_ipis },
	[PV_SPINLOCKS] = { pv_spinlocks },
	[HAP] = { hap },
	[APIC_VIRTUALIZATION] = { apic_virtualization },
	[SRIOV] = { sriov },
	[UNPLUG] = { unplug },
};

int features__derive(struct guest *guest)
{
	struct platform *p = guest->p;

	p->features = calloc(FEATURES, sizeof(*p->features));
	if (!p->features)
		return -ENOMEM;
	for (size_t i = 0; i < FEATURES; i++) {
		struct verdict v = { .state = FEATURE_UNKNOWN };

		v.what = features[i].what ? features[i].what : feature__name(i);
		features[i].judge(&v, guest);
		p->features[i].name = feature__name(i);
		p->features[i].id = i;
		p->features[i].state = v.state;
		p->features[i].cause = v.cause;
		strcpy(p->features[i].why, v.why);
		strcpy(guest->fixes[i], v.fix);
	}
	p->nr_features = FEATURES;
	return 0;
}
