/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A file as memory, read only. It may be cut by others while it is read: what is gone then reads as
 * zeros, and mapping__check() says so, where the kernel alone would end the program with SIGBUS.
 */
#ifndef XT_CMD_MAPPING_H
#define XT_CMD_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct mapping {
	const void *data;
	size_t size;
	int fd;
	struct stat st; /* which file it is */
};

#define MAPPINGS_MAX 2 /* open at once */

/* Returns 0, or a negative errno with a message that names the file. */
int mapping__open(struct mapping *mapping, const char *path);
/* Was all of it there so far? Returns 0, or -EIO with a message that names the file. */
int mapping__check(const struct mapping *mapping, const char *path);
void mapping__close(struct mapping *mapping);

#endif
