/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A folder of recordings: files that followed each other, each whole by itself and named by the
 * moment at which it began, "20261130T140200Z.xtr". One that a trigger kept is
 * "20261130T140200Z.kept.xtr". What has another name is none of them, and is left alone.
 */
#ifndef XT_RUN_FOLDER_H
#define XT_RUN_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FOLDER_NAME 48

struct folder_file {
	char name[FOLDER_NAME];
	uint64_t start_ns;   /* since the epoch, by its name: whole seconds */
	unsigned int number; /* of those that began in one second: 1, 2, … */
	bool kept;
	uint64_t bytes;
	uint64_t end_ns; /* since the epoch: written last */
};

struct folder {
	struct folder_file *files; /* the oldest first */
	size_t nr;
};

/* Those in this folder. Returns 0 or a negative errno; folder__free() frees them. */
int folder__list(struct folder *folder, int dir);
void folder__free(struct folder *folder);

/* The name of a file that begins then. False: it has none (after the year 9999). */
bool folder__name(char name[FOLDER_NAME], uint64_t start_ns, unsigned int number, bool kept);
/* What it says. False for another name. */
bool folder__parse(struct folder_file *file, const char *name);

#endif
