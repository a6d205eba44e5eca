/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a user calls a disk, resolved to the leaf disks that are traced. */
#ifndef XT_CMD_RESOLVE_H
#define XT_CMD_RESOLVE_H

#include <stddef.h>

#include "platform/platform.h"

/*
 * Add to names[] (NULL-ended, room for `max` and the NULL; entries point into `platform`) the leaf
 * disks behind `what`: a disk's or partition's name or device, a dm or LVM name, or any path on a
 * mounted file system. Returns 0, -ENOENT with a message if there is none, or -E2BIG.
 */
int resolve__disk(const struct platform *platform, const char *what, const char **names,
		  size_t max);

#endif
