/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Back ends that this domain has for others: those of guests' disks, in dom0 or a driver domain. */
#ifndef XT_PLATFORM_BACKS_H
#define XT_PLATFORM_BACKS_H

#include <stdbool.h>
#include <stddef.h>

/* xen-blkback's device "vbd-3-51712": the disk 51712 of domain 3. */
struct back_disk {
	char name[32];
	unsigned int domain;
	unsigned int device; /* docs/man/xen-vbd-interface.7 of Xen */
};

/* Whether xen-blkback is there: it may get guests' disks at any time. */
bool back_disks__possible(const char *root);
/*
 * Those that there are now. Returns 0 and *out, which the caller frees, of *nr, or a negative errno; where
 * the kernel has no back ends there are none.
 */
int back_disks__read(struct back_disk **out, size_t *nr, const char *root);

#endif
