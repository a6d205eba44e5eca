/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file as memory, read only. */
#ifndef XT_CMD_MAPPING_H
#define XT_CMD_MAPPING_H

#include <stddef.h>

struct mapping {
	const void *data;
	size_t size;
};

/* Returns 0, or a negative errno with a message that names the file. */
int mapping__open(struct mapping *mapping, const char *path);
void mapping__close(struct mapping *mapping);

#endif
