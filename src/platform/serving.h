/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What this domain's processes do for its guests: the CPU time of the back ends' threads and of device models,
 * by guest. What interrupts and softirqs do for a guest is not a process's: most of what netback does for
 * frames that it sends.
 */
#ifndef XT_PLATFORM_SERVING_H
#define XT_PLATFORM_SERVING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct served {
	unsigned int domain;
	char name[64];	   /* xenstore's; "": it does not say */
	uint64_t disks_ns; /* threads of xen-blkback */
	uint64_t nics_ns;  /* threads of xen-netback */
	uint64_t model_ns; /* QEMU, by the kernel's ticks */
	bool gone;	   /* it has no device any more */
};

struct serving;

/* Returns 0 and *out, to be freed with serving__free(), -ENOENT where this kernel has no back ends, or -ENOMEM. */
int serving__new(struct serving **out, const char *root, const char *xenstore);
void serving__free(struct serving *serving);
/*
 * Add what passed since the last call, or the start. To be called once a second: what a process did after the last
 * one before its end is lost. One that came is found within 10 s, and counts whole; one that has ended by then is
 * not seen.
 */
void serving__advance(struct serving *serving);
/* By domain. Returns 0 and *out, to be freed with free(), or -ENOMEM. */
int serving__copy(const struct serving *serving, struct served **out, size_t *nr);

#endif
