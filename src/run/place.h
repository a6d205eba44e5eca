/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where an output goes: its name, walked to the folder that holds it, its last name there and what is
 * there now. The folder stays the same one, whatever its names become meanwhile.
 *
 * In a folder where everybody may make names (sticky, as /tmp) somebody else may have made this one.
 * There a symbolic link is followed only where it and what it leads to are the user's own, and a file
 * or FIFO of another user is refused, whatever fs.protected_* of this kernel say.
 */
#ifndef XT_RUN_PLACE_H
#define XT_RUN_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct place {
	int dir; /* O_PATH; -1 for none */
	char name[NAME_MAX + 1];
	bool exists;
	bool descriptor; /* a link of /proc/PID/fd, as /dev/stdout is */
	struct stat st;	 /* where it exists */
};

/*
 * Returns 0; or a negative errno, and *why where that says too little, else NULL. The caller closes
 * it, also then.
 */
int place__find(struct place *place, const char *path, const char **why);
void place__close(struct place *place);

/* Is it this file? */
bool place__is(const struct place *place, const struct stat *st);
/* Would one be written over the other? A device takes from many. */
bool place__same(const struct place *a, const struct place *b);

#endif
