/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Back ends that this domain has for others: guests' disks and NICs, in dom0 or a driver domain. */
#ifndef XT_PLATFORM_BACKS_H
#define XT_PLATFORM_BACKS_H

#include <stdbool.h>
#include <stddef.h>

/* A kind of them. */
struct back_kind {
	const char *type;   /* "vbd": on xenbus */
	const char *driver; /* "xen-blkback" */
	const char *module; /* "xen_blkback" */
};

extern const struct back_kind back_disks, back_nics;

/* "vbd-3-51712", the disk 51712 of domain 3; "vif-3-0", its first NIC. */
struct back {
	char name[32];
	unsigned int domain;
	unsigned int device; /* of disks: docs/man/xen-vbd-interface.7 of Xen */
};

/* Whether the driver is there: it may get guests' devices at any time. */
bool backs__possible(const struct back_kind *kind, const char *root);
/*
 * Those that there are now. Returns 0 and *out, which the caller frees, of *nr, or a negative errno; where
 * the kernel has no back ends there are none.
 */
int backs__read(const struct back_kind *kind, struct back **out, size_t *nr, const char *root);

#endif
