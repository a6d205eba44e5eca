// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Witnesses of what is below the guest that cannot all be right. */
#include <string.h>

#include "platform/guest.h"
#include "base/str.h"

/* By the kernel's word; CPUID of such a guest is always answered by the hypervisor. */
static bool kernel_says_hvm(const struct guest *guest)
{
	enum boot kernel = guest__kernel(guest);

	return guest__uses_xen(guest) && (kernel == BOOT_HVM || kernel == BOOT_PVH);
}

static bool xen_and_kvm(const struct guest *guest)
{
	return guest->cpuid.xen && guest->cpuid.kvm;
}

static bool xen_or_kvm(const struct guest *guest)
{
	return kernel_says_hvm(guest) && guest->cpuid.kvm && !guest->cpuid.xen;
}

static bool no_xen(const struct guest *guest)
{
	return kernel_says_hvm(guest) && guest->cpuid.known && !guest->cpuid.kvm &&
	       !guest->cpuid.xen;
}

/* A clock that only a kernel on KVM has, and nobody below. */
static bool kvm_clock_alone(const struct guest *guest)
{
	return strstr(guest->clocksources, "kvm-clock") && guest->cpuid.known &&
	       !guest->cpuid.kvm && guest->p->boot == BOOT_BARE;
}

/* Xen's answer to XENVER_get_features (xen/common/kernel.c) depends on the kind of guest. */
static bool features_of_another(const struct guest *guest)
{
	const struct xen *xen = &guest->xen;

	if (!xen->features_known || !xen->guest_type[0])
		return false;
	return xen->features >> (strcmp(xen->guest_type, "PV") ? XENFEAT_MMU_PT_UPDATE_PRESERVE_AD
							       : XENFEAT_HVM_CALLBACK_VECTOR) &
	       1;
}

static bool hvm_dom0(const struct guest *guest)
{
	return guest->xen.initial_domain && !strcmp(guest->xen.guest_type, "HVM");
}

static bool pvh_with_platform_device(const struct guest *guest)
{
	return guest->p->boot == BOOT_PVH && guest->xen.platform_pci[0];
}

static bool nopv_and_xenbus(const struct guest *guest)
{
	return guest->p->boot == BOOT_HVM && guest->xen.nr_front &&
	       (guest__argument(guest, "nopv") || guest__argument(guest, "xen_nopv"));
}

static bool no_vector_and_timers(const struct guest *guest)
{
	return guest->p->boot == BOOT_HVM && guest->pv_timer_irq &&
	       guest__argument(guest, "xen_no_vector_callback");
}

static const struct {
	bool (*holds)(const struct guest *guest);
	const char *what;
} conflicts[] = {
	{ xen_and_kvm, "CPUID shows both Xen and KVM" },
	{ xen_or_kvm, "CPUID shows KVM, the kernel uses Xen" },
	{ no_xen, "the kernel uses Xen, CPUID shows none" },
	{ kvm_clock_alone, "kvm-clock is a clock source" },
	{ features_of_another, "Xen's features are not of this guest type" },
	{ hvm_dom0, "the initial domain is no HVM guest" },
	{ pvh_with_platform_device, "a PVH guest has no platform device" },
	{ nopv_and_xenbus, "argument nopv, yet devices on xenbus" },
	{ no_vector_and_timers, "argument xen_no_vector_callback, yet PV timers" },
};

void conflicts__add(struct cell *cell, const struct guest *guest)
{
	for (size_t i = 0; i < sizeof(conflicts) / sizeof(conflicts[0]); i++) {
		if (!conflicts[i].holds(guest))
			continue;
		cell->conflicting = true;
		str__add(cell->evidence, sizeof(cell->evidence), "; ", "%s", conflicts[i].what);
	}
}
