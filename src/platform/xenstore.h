/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Xenstore, the toolstack's book of domains, as the kernel gives it to processes: one request is written to
 * /dev/xen/xenbus, and one reply read (docs/misc/xenstore.txt and xs_wire.h of Xen). Only what a running tracer
 * needs: two system calls that its list has, where libxenstore takes signals and threads.
 */
#ifndef XT_PLATFORM_XENSTORE_H
#define XT_PLATFORM_XENSTORE_H

#include <stddef.h>
#include <stdint.h>

struct xenstore {
	int fd; /* negative: there is none, or it did not answer */
	uint32_t request;
};

/* What speaks its protocol: a device, whose replies come within 100 ms or not at all. */
void xenstore__open(struct xenstore *store, const char *path);
void xenstore__close(struct xenstore *store);

/*
 * The value at this path, cut to size - 1 bytes. Returns 0; -ENOTCONN without a store, -ENOENT where it says an
 * error, or what reading it failed with: then it is closed. `value` is "" then.
 */
int xenstore__read(struct xenstore *store, char *value, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
