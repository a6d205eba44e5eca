/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What guest this is: plain data read from CPUID, sysfs and /proc under one root folder. Every
 * answer rests on evidence, never on a driver's name alone; where nothing tells, it is '?', never a
 * guess.
 */
#ifndef XT_PLATFORM_PLATFORM_H
#define XT_PLATFORM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/terms.h"

/* X(enumerator, name in every output), of a letter of the spectrum and the mechanism behind it. */
#define XT_BOOTS(X)                \
	X(BOOT_UNKNOWN, "unknown") \
	X(BOOT_PV, "pv")           \
	X(BOOT_HVM, "hvm")         \
	X(BOOT_PVH, "pvh")         \
	X(BOOT_DOM0, "dom0")       \
	X(BOOT_KVM, "kvm")         \
	X(BOOT_BARE, "bare-metal")

#define XT_LETTERS(X)                             \
	X(LETTER_UNKNOWN, "?", MECH_UNATTRIBUTED) \
	X(LETTER_P, "P", MECH_PV)                 \
	X(LETTER_VS, "VS", MECH_EMULATED)         \
	X(LETTER_VH, "VH", MECH_HARDWARE)         \
	X(LETTER_H, "H", MECH_HARDWARE)

#define XT_FEATURE_STATES(X)                \
	X(FEATURE_ACTIVE, "active")         \
	X(FEATURE_UNUSED, "unused")         \
	X(FEATURE_IMPOSSIBLE, "impossible") \
	X(FEATURE_UNKNOWN, "unknown")

#define XT_FEATURES(X)                                \
	X(PV_DISK, "PV disk")                         \
	X(PV_NETWORK, "PV network")                   \
	X(CALLBACK_VECTOR, "callback vector")         \
	X(PV_TIMERS, "PV timers")                     \
	X(PV_CLOCK, "PV clock")                       \
	X(PV_IPIS, "PV IPIs")                         \
	X(PV_SPINLOCKS, "PV spinlocks")               \
	X(HAP, "HAP")                                 \
	X(APIC_VIRTUALIZATION, "APIC virtualization") \
	X(SRIOV, "SR-IOV")                            \
	X(UNPLUG, "unplug")

/*
 * What keeps a feature away, of what is asked for: X(enumerator, its text, the kernel's argument that
 * does it). Whatever else does is CAUSE_OTHER, and only says so.
 */
#define XT_CAUSES(X)                                                                             \
	X(CAUSE_OTHER, "", NULL)                                                                 \
	X(CAUSE_NOPV, "argument nopv", "nopv")                                                   \
	X(CAUSE_XEN_NOPV, "argument xen_nopv", "xen_nopv")                                       \
	X(CAUSE_NO_UNPLUG, "argument xen_emul_unplug=never", "xen_emul_unplug=never")            \
	X(CAUSE_NO_VECTOR_CALLBACK, "argument xen_no_vector_callback", "xen_no_vector_callback") \
	X(CAUSE_NOPVSPIN, "argument nopvspin", "nopvspin")                                       \
	X(CAUSE_XEN_NOPVSPIN, "argument xen_nopvspin", "xen_nopvspin")                           \
	X(CAUSE_CALLBACK_VECTOR, "needs the callback vector", NULL)                              \
	X(CAUSE_PLATFORM_IRQ, "events arrive by the interrupt xen-platform-pci", NULL)

/* Front ends on xenbus that disks and NICs hang on: X(enumerator, the driver's name, type). */
#define XT_FRONTS(X)                             \
	X(FRONT_NONE, "", "")                    \
	X(FRONT_BLKFRONT, "blkfront", "vbd")     \
	X(FRONT_NETFRONT, "netfront", "vif")     \
	X(FRONT_SCSIFRONT, "scsifront", "vscsi") \
	X(FRONT_USBFRONT, "xen-hcd", "vusb")

#define XT_ENUM(id, ...) id,
enum boot { XT_BOOTS(XT_ENUM) BOOT_NR };
enum letter { XT_LETTERS(XT_ENUM) LETTER_NR };
enum feature_state { XT_FEATURE_STATES(XT_ENUM) FEATURE_STATE_NR };
enum feature_id { XT_FEATURES(XT_ENUM) FEATURES };
enum cause { XT_CAUSES(XT_ENUM) CAUSE_NR };
enum front { XT_FRONTS(XT_ENUM) FRONT_NR };
#undef XT_ENUM

/* What can be on or off, if anything says which. */
enum setting { SETTING_UNKNOWN, SETTING_OFF, SETTING_ON, SETTING_NR };

const char *boot__name(enum boot boot);
const char *letter__name(enum letter letter);
enum mech letter__mech(enum letter letter);
const char *feature_state__name(enum feature_state state);
const char *feature__name(enum feature_id id);
const char *cause__text(enum cause cause);
/* NULL: it is none. */
const char *cause__argument(enum cause cause);
const char *front__name(enum front front);
const char *front__type(enum front front); /* on xenbus */

/* One row of the spectrum: a device or facility, what serves it, what could, and why we say so. */
struct cell {
	enum area area;
	char what[48]; /* "sda", "xvdb", "eth0"; "" for a facility */
	enum letter letter;
	char how[64];	    /* "emulated ahci", "blkfront", "callback vector" */
	char better[96];    /* "P: xvda, same disk"; "" for nothing better */
	char evidence[160]; /* "0000:00:05.0 8086:2922; vbd-51712" */
	bool conflicting;
};

struct feature {
	const char *name; /* of its id; a later version's has another one */
	enum feature_id id;
	enum feature_state state;
	enum cause cause; /* of what is not active */
	char why[128];	  /* evidence, or what gates it: for people */
};

struct disk {
	char name[32];
	unsigned int major, minor;
	enum letter letter;
	char driver[32];	/* "blkfront", "virtio_blk", "ahci", … */
	enum front front;	/* of Xen's PV bus, that driver */
	bool stacked;		/* dm, md, loop, …: shown, never added */
	unsigned int hw_queues; /* at least 1 */
	unsigned int tags;	/* of each hardware queue: places in a ring; 0: not known */
	unsigned int depth;	/* the larger of nr_tags and nr_requests: tags are below it */
	bool iostats;		/* the kernel stamps its requests; on unless switched off */
	uint64_t requests;	/* that the kernel has counted as done since boot; 0 unknown */
	char same_as[32];	/* the same disk by its other path, "" if none */
	uint64_t sectors;	/* of 512 bytes; 0 unknown */
	char mounts[128];	/* where it or a partition or a stacked device of it is mounted */
	bool gone;		/* since it was read: platform__note_gone() */

	char scheduler[16];    /* "none", "mq-deadline", …; "": not known */
	unsigned int segments; /* pages that a request may have at most; 0: not known */
	bool swap;	       /* a swap area lies on it */
	/* grants that stay with the back end: what blkfront was told */
	enum setting persistent;
	uint64_t vbd; /* of blkfront: its device's number, 51712 of "vbd-51712"; 0: none */
};

/*
 * A path to a disk that has several, or may have: the kernel hides it, and requests are the path's,
 * not the disk's that is used.
 */
struct disk_path {
	char name[32];			     /* "nvme0c0n1" */
	char disk[32];			     /* "nvme0n1", among the disks */
	unsigned int major, minor;	     /* 0:0 where the kernel tells nobody: before 6.1 */
	unsigned int hw_queues, tags, depth; /* as a disk's */
	bool iostats;
};

struct nic {
	char name[32];
	unsigned int ifindex;
	enum letter letter;
	char driver[32];
	enum front front; /* as a disk's */
	unsigned int queues;
	bool gone; /* since it was read: platform__note_gone() */
	/* what the device, and what the kernel for it, may get in one piece: ethtool(8), -k */
	enum setting tso, gso;
	uint64_t vif; /* of netfront: its device's number, and 1; 1 of "vif-0"; 0: none */
};

/* Addresses of the registers of a PCI function of an HVM guest. */
struct pci_range {
	char device[64]; /* "ahci 0000:00:05.0"; by its ids where it has no driver */
	bool memory;	 /* else ports */
	uint64_t first, last;
};

/* An interrupt action: who it belongs to. Event channels are interrupts of Xen's chips. */
struct irq {
	unsigned int nr;
	unsigned int follows; /* actions that follow in the shared line's chain; 0: the last */
	char action[64];      /* "blkif", "eth0-q0-rx", "timer0", "ahci[0000:00:04.0]" */
	char chip[64];	      /* "xen-percpu", "xen-dyn-lateeoi", "IO-APIC", … */
	char kind[16];	      /* evtchn kinds: "virq", "ipi", "pirq", "vbd", "vif", "xenbus",
			       * "user", "event"; "irq" for what is no event channel */
	bool evtchn;
	bool user;	    /* a process waits for this channel of /dev/xen/evtchn */
	enum area area;	    /* of its owner: AREA_DISK, AREA_NET, AREA_TIMER, AREA_INTERRUPT … */
	enum letter letter; /* of its owner */
	char device[48];    /* "xvdb", "eth0", "timer0"; the action when no owner is known */
	/*
	 * Of a channel of a single vCPU: how many characters of the device's name, 5 of "timer0",
	 * stand before the vCPU's number. 0: not bound to one.
	 */
	unsigned int stem;
};

struct platform {
	enum boot boot;
	char mode[16];	     /* derived: "pv", "hvm", "hvm-pv", "pvhvm", "pvh", "dom0", "kvm",
				 * "nitro", "bare-metal", "unknown" */
	char hypervisor[48]; /* "Xen 4.17.5", "KVM", "" */
	bool not_xen;	 /* the boot is unknown, but a hypervisor that is not Xen named itself */
	char kernel[96]; /* release */
	char host[72];
	char clocksource[32];
	char clockevent[32];
	char better_clock[32]; /* available, and cheaper to read than the clock source; "": none */
	unsigned int domain;   /* its number on its host, of HVM and PVH; 0: not known */
	uint64_t tsc_khz;      /* of its host's TSC; 0: not known */
	unsigned int vcpus;    /* online */
	unsigned int possible; /* possible CPUs: highest number + 1 */
	bool steal_measured;   /* somebody accounts steal; else it is not measurable, never 0 */
	struct cell *cells;
	size_t nr_cells;
	struct feature *features;
	size_t nr_features;
	struct disk *disks;
	size_t nr_disks;
	struct disk_path *paths;
	size_t nr_paths;
	struct nic *nics;
	size_t nr_nics;
	struct irq *irqs;
	size_t nr_irqs;
	struct pci_range *ranges;
	size_t nr_ranges;
};

/*
 * Read the guest under `root` ("/" for the running one; CPUID comes from the processor only
 * then, else from root's saved text). Returns 0 and *out, which the caller frees with
 * platform__free(), or a negative errno when not even the root can be read; -ENODATA when nothing
 * of a guest is in it. What is missing or makes no sense leaves its cell at '?', never an error.
 */
int platform__read(struct platform **out, const char *root);
/*
 * The same, and write every file that was read below `dir`, which is made: with it as the root,
 * platform__read() gives the same answer.
 */
int platform__save(struct platform **out, const char *root, const char *dir);
void platform__free(struct platform *platform);

/*
 * The leaf disks of a block device, which is one, a partition of one, or stacked on some; `link`
 * leads to it below `root`, where `platform` was read: "sys/dev/block/8:0". Adds those that are not
 * there yet to names[], of which *nr are used; they point into `platform`. Returns 0, -E2BIG beyond
 * `max`, or another negative errno where no disk is behind it.
 */
int platform__leaves(const struct platform *platform, const char *root, const char *link,
		     const char **names, size_t *nr, size_t max);

/*
 * Look which of the disks and NICs that were read below `root` are there no more, or are again, by name
 * and number. Nothing else of the platform changes. Returns 0 or a negative errno, and no change.
 */
int platform__note_gone(struct platform *platform, const char *root);

/* By name; NULL where there is none, or no platform. */
const struct disk *platform__disk(const struct platform *platform, const char *name);
const struct nic *platform__nic(const struct platform *platform, const char *name);
/*
 * Also an interface without a device below it (veth, a bridge, lo), which nobody asks for but by its name:
 * what serves it is not known. Returns 0, -ENOENT when there is none, or another negative errno.
 */
int platform__add_nic(struct platform *platform, const char *root, const char *name);

#endif
