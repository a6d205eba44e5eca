/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the readers of this room share while a struct platform is made; nobody else sees it. */
#ifndef XT_PLATFORM_GUEST_H
#define XT_PLATFORM_GUEST_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "platform/files.h"
#include "platform/platform.h"

#define PCI_AMAZON 0x1d0f

#define FILE_NAME   512
#define MOUNT_POINT 96

/* Bits of /sys/hypervisor/properties/features (xen/include/public/features.h). */
#define XENFEAT_MMU_PT_UPDATE_PRESERVE_AD 5 /* PV guests only */
#define XENFEAT_HVM_CALLBACK_VECTOR	  8 /* HVM and PVH guests only */
#define XENFEAT_HVM_SAFE_PVCLOCK	  9
#define XENFEAT_DOM0			  11

/* Xen leaf 4, EAX, HVM and PVH guests (xen/include/public/arch-x86/cpuid.h). */
#define XEN_APIC_ACCESS_VIRT (1u << 0)
#define XEN_X2APIC_VIRT	     (1u << 1)
#define XEN_DOMID_PRESENT    (1u << 4)

/* KVM leaf 1, EAX and EDX (arch/x86/include/uapi/asm/kvm_para.h). */
#define KVM_STEAL_TIME	   (1u << 5)
#define KVM_PV_UNHALT	   (1u << 7)
#define KVM_PV_SEND_IPI	   (1u << 11)
#define KVM_HINTS_REALTIME (1u << 0)

#define SIGNATURE_TCG "TCGTCGTCGTCG" /* QEMU without KVM (target/i386/cpu.c) */

struct cpuid {
	bool known;	      /* leaves were read */
	bool hypervisor;      /* leaf 1, ECX bit 31 */
	char signature[16];   /* of the leaf at 0x40000000: "XenVMMXenVMM", "KVMKVMKVM", … */
	uint32_t xen;	      /* base of Xen's leaves; 0: none */
	uint32_t xen_version; /* major << 16 | minor */
	uint32_t xen_features;
	bool xen_features_known; /* Xen older than 4.5 has no leaf 4 */
	uint32_t domain;	 /* 0: Xen does not say it */
	uint32_t tsc_khz; /* of Xen's TSC, unless the guest came from another host; 0: unknown */
	uint32_t kvm;	  /* base of KVM's leaves; 0: none */
	uint32_t kvm_features;
	uint32_t kvm_hints;
	bool huge_1g; /* 1 GiB pages, leaf 0x80000001 EDX bit 26 */
};

/* A device of xenbus: the front end "vbd-51728" of a guest, the back end "vbd-1-51728" of dom0. */
struct xenbus {
	char name[32];
	char type[16];	 /* "vbd", "vif", "console", … */
	char driver[32]; /* "" while no driver has it */
};

struct xen {
	bool sysfs;	    /* /sys/hypervisor/type is "xen" */
	char guest_type[8]; /* "PV", "HVM", "PVH", "" */
	bool initial_domain;
	bool features_known;
	unsigned long long features; /* 1 << XENFEAT_* */
	char platform_pci[16];	     /* address of the platform device 5853:0001, "" if none */
	struct xenbus *front, *back;
	size_t nr_front, nr_back;
};

struct pci {
	char address[16]; /* "0000:00:05.0" */
	unsigned int vendor, device, subvendor, subdevice;
	bool sub_known;
	bool virtual_function; /* it has a link to its physical one */
	unsigned int irq;      /* of its INTx line; 0: none */
	char driver[32];
	struct {
		unsigned int *irq;
		size_t nr;
	} msi;
};

/* What serves a device, and how we know. */
struct origin {
	enum letter letter;
	char driver[32];
	enum front front;
	char how[64];
	char evidence[160];
	char path[512];	 /* below the root, links resolved; "" none */
	char pci[16];	 /* its PCI function, "" none */
	char xenbus[32]; /* its xenbus device, "" none */
	char what[24]; /* no plain disk or NIC of the guest's configuration: "CD drive", "iSCSI" */
	bool conflicting;
};

struct guest_disk {
	struct origin origin;
	bool idle;	      /* not used unless it is mounted */
	int unit;	      /* the number of the disk in its guest's configuration; -1 unknown */
	char file[FILE_NAME]; /* of a loop device; "" none */
	char holder[MOUNT_POINT]; /* where what holds that file is mounted; "" not known */
};

struct guest_nic {
	struct origin origin;
	char mac[24];
};

struct guest {
	struct platform *p;
	struct files *files;
	struct cpuid cpuid;
	struct xen xen;
	char arguments[512];	/* the kernel's, those that matter here */
	char clocksources[128]; /* available ones */
	char vendor[64];	/* DMI: system vendor and product */
	char product[64];
	struct pci *pci;
	size_t nr_pci;
	struct guest_disk *disks; /* beside p->disks */
	struct guest_nic *nics;	  /* beside p->nics */
	struct origin *paths;	  /* beside p->paths */
	char fixes[FEATURES][96]; /* how one comes to it: "load xen_blkfront", or "" */
	char boot_why[96];	  /* what told the boot type of a Xen guest, or what is missing */
	bool interrupts_known;	  /* /proc/interrupts could be read */
	bool hyp_upcalls;	  /* HYP in it counts */
	bool pv_timer_irq;	  /* an interrupt timerN of xen-percpu */
	bool pv_ipi_irq;	  /* resched0 or callfunc0, likewise */
	bool pv_lock_irq;	  /* spinlock0 */
	bool xen_irq;		  /* an interrupt of Xen's chips */
	bool platform_irq;	  /* events arrive through the platform device's interrupt */
};

/* The kernel was booted with this argument: "name" alone, or "name=…" whatever the value. */
bool guest__argument(const struct guest *guest, const char *name);
/* Below a hypervisor, and its devices are not simply the machine's (as they are in dom0). */
bool guest__virtual(const struct guest *guest);
/* The kernel knows Xen: by /sys/hypervisor, which a kernel may lack, xenbus or event channels. */
bool guest__uses_xen(const struct guest *guest);
/* Xen is below it, whatever kind of guest it is. */
bool guest__is_xen(const struct guest *guest);
/* How the kernel was made to run: dom0 may be of two kinds, BOOT_PV and BOOT_PVH. */
enum boot guest__kernel(const struct guest *guest);
/* Xen's leaves are there but the kernel does not use Xen: nopv, or built without. */
bool guest__ignores_xen(const struct guest *guest);
/* Event channels of each vCPU: an HVM guest has them only with its callback vector. */
bool guest__vcpu_channels(const struct guest *guest);
/* Events come through the callback vector: HVM and PVH. */
bool guest__callback_vector(const struct guest *guest);
bool guest__pv_timers(const struct guest *guest);
/* A guest of Amazon's Nitro: by its hypervisor, its name and a device of it. */
bool guest__is_nitro(const struct guest *guest);
/* What speaks against a machine that calls itself Amazon's; NULL: nothing, or it does not. */
const char *guest__against_ec2(const struct guest *guest);
const struct pci *guest__pci(const struct guest *guest, const char *address);

/* Each reads its part into guest and guest->p. Returns 0 or -ENOMEM: what is missing is none. */
int hypervisor__read(struct guest *guest);
int pci__read(struct guest *guest);
/* Where the registers of an HVM guest's functions are: of no others are accesses emulated. */
int pci__find_ranges(struct guest *guest);
int disks__read(struct guest *guest);
int nics__read(struct guest *guest);
int irqs__read(struct guest *guest);
/* The owners of what was read, once the devices are. */
void irqs__find_owners(struct guest *guest);
/* The boot type and the hypervisor's name: before devices are read. */
void hypervisor__find_boot(struct guest *guest);
/* The rest, from what was read. */
void hypervisor__find_mode(struct guest *guest);
int features__derive(struct guest *guest);
int cells__derive(struct guest *guest);

/*
 * The letter of a PCI function, and in `how` the words before its driver's name, "" for none;
 * LETTER_UNKNOWN if nothing tells what it is.
 */
enum letter pci__letter(const struct guest *guest, const struct pci *pci, const char **how);
/* Who serves the device at this path of sysfs. */
void origin__find(struct origin *origin, struct guest *guest, const char *path);
/* Say what it is, in `how` as well: rules for plain disks do not hold. "": nothing is known. */
void origin__is(struct origin *origin, const char *what);
/* Its requests end at it, "over the network", say: it lies on no other disk. */
void disk__end_at(struct disk *disk, struct origin *origin, const char *where);
/* Where file systems of each disk are mounted: p->disks[].mounts; and what loops' files lie on. */
int mounts__read(struct guest *guest);

#endif
