/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel counts of a disk's requests by itself: a count to hold ours against. */
#ifndef XT_PLATFORM_DISK_STAT_H
#define XT_PLATFORM_DISK_STAT_H

#include <stdint.h>

/*
 * Requests done since boot, of a line of /sys/block/DISK/stat: reads, writes, discards and flushes
 * (Documentation/block/stat.rst; the last two where the kernel has them).
 */
uint64_t disk_stat__parse(const char *line);
/* The same of a disk, or a path of one, of the running guest. 0 if it cannot be read. */
uint64_t disk_stat__read(const char *name);

#endif
