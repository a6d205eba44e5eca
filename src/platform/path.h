/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Paths below a root folder that their links cannot leave. Buffers are FILES_PATH bytes. */
#ifndef XT_PLATFORM_PATH_H
#define XT_PLATFORM_PATH_H

#include <stddef.h>

#include "platform/files.h"
#include "platform/record.h"

/* Append one component; "" stands for the root. Returns 0 or -ENAMETOOLONG. */
int path__append(char *path, const char *name, size_t len);
/*
 * Walk `path`, which is used up, component by component below the folder `root`; `real` is where
 * it leads. Links met on the way are recorded. Returns 0 or a negative errno.
 */
int path__walk(int root, struct record *record, char *real, char *path);

#endif
