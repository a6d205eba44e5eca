/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel counts by itself: of a disk's requests, and of the events of xenbus devices. */
#ifndef XT_PLATFORM_COUNTS_H
#define XT_PLATFORM_COUNTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Requests done since boot, of a line of /sys/block/DISK/stat: reads, writes, discards and flushes
 * (Documentation/block/stat.rst; the last two where the kernel has them).
 */
uint64_t disk_stat__parse(const char *line);
/* The same of a disk, or a path of one, of the running guest. 0 if it cannot be read. */
uint64_t disk_stat__read(const char *name);

/*
 * What the kernel counts of the event channels of a xenbus device, in sysfs since 5.12 and in the
 * 5.10 series (drivers/xen/xenbus/xenbus_probe.c). Where the other end sends events for nothing,
 * the kernel puts the end of its interrupts off, and nothing else says so. Every device has the
 * files, but only channels bound with their device are counted: back ends', which have
 * event_channels.
 */
struct bus_events {
	char name[32];	 /* "vbd-51728" */
	char device[32]; /* "xvdb", "eth0"; the name where there is none */
	uint64_t events;
	uint64_t spurious;	/* handled, and there was nothing to do */
	uint64_t delay_jiffies; /* by which ends of interrupts were put off, in all */
	unsigned int threshold; /* spurious events in a row that are let pass; 0: the kernel's 1 */
};

/*
 * Devices whose channels are counted, in the order of their names. Returns 0 and *out, to
 * be freed with free(), or a negative errno.
 */
int bus_events__read(struct bus_events **out, size_t *nr, const char *root);

/* later -= earlier of the same device, which counts in 32 bits; anew if it was made anew. */
void bus_events__subtract(struct bus_events *later, const struct bus_events *earlier);

#endif
