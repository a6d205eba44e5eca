/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A file as memory, read only. It may be cut by others while it is read: what is gone then reads as
 * zeros, and mapping__is_whole() says so, where the kernel alone would end the program with SIGBUS.
 */
#ifndef XT_RUN_MAPPING_H
#define XT_RUN_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define MAPPINGS_MAX 2048 /* open at once */

struct mapping {
	const void *data;
	size_t size;
	int fd;
	struct stat st; /* which file it is */
};

/*
 * The file of that name in the folder `dir`, or AT_FDCWD. Returns 0 or a negative errno: -ESPIPE for
 * what is no regular file, -EMFILE for one too many.
 */
int mapping__open(struct mapping *mapping, int dir, const char *name);
/* One that is {} was never opened. */
void mapping__close(struct mapping *mapping);
/* Was all of it there so far? */
bool mapping__is_whole(const struct mapping *mapping);

#endif
