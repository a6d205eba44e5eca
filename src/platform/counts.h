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

/*
 * What the kernel counts since it booted or made the device: X(its id in a recording, name, what it
 * is). Of a disk /sys/block/DISK/stat (Documentation/block/stat.rst).
 */
/* clang-format off */
#define DISK_COUNTS(X) \
	X(2, reads, "Done, merged ones are one.") \
	X(3, read_bytes, "By them.") \
	X(4, writes, "Done.") \
	X(5, write_bytes, "By them.") \
	X(6, flushes, "Done; 0 before Linux 5.5.")

/* Of a NIC, in its statistics folder (Documentation/networking/statistics.rst). */
#define NIC_LOSSES(X) \
	X(2, tx_dropped, "Packets to be sent, by its driver.") \
	X(3, rx_missed_errors, "Received by the device, which had no room in memory for them.") \
	X(4, rx_fifo_errors, "Its own queue was full.") \
	X(5, rx_over_errors, "The same, of other drivers.")

/* Of all: /proc/vmstat and /proc/net/softnet_stat (net/core/net-procfs.c). */
#define KERNEL_COUNTS(X) \
	X(1, swapped_in, "Pages of 4 kB.") \
	X(2, swapped_out, "Pages.") \
	X(3, backlog_drops, "Packets received for which a CPU's backlog had no room.") \
	X(4, squeezed, "Polls of NICs that ended with work left: time or packets were used up.")
/* clang-format on */

#define XT_COUNT(id, name, text) uint64_t name;
struct disk_counts {
	char device[48];
	DISK_COUNTS(XT_COUNT)
};

struct nic_losses {
	char device[48];
	NIC_LOSSES(XT_COUNT)
};

struct kernel_counts {
	KERNEL_COUNTS(XT_COUNT)
};
#undef XT_COUNT

/* Each reads what there is below `root`; what is missing is 0. Returns 0 or a negative errno. */
int disk_counts__read(struct disk_counts *disks, size_t nr, const char *root);
int nic_losses__read(struct nic_losses *nics, size_t nr, const char *root);
int kernel_counts__read(struct kernel_counts *counts, const char *root);

/* later -= earlier of the same device, which counts in 32 bits; anew if it was made anew. */
void bus_events__subtract(struct bus_events *later, const struct bus_events *earlier);

#endif
