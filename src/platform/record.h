/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was read of a tree: enough of it to be written out and read back to the same answer. */
#ifndef XT_PLATFORM_RECORD_H
#define XT_PLATFORM_RECORD_H

#include <stddef.h>

enum record_kind { RECORD_DIR, RECORD_FILE, RECORD_LINK };

struct record;

int record__new(struct record **out);
void record__free(struct record *record);

/*
 * Add a path without links in it, with a file's text or a link's target. Of a path added twice
 * the longer text stays: a listing adds an entry before it is read, if it is. Returns 0 or a
 * negative errno, after which record__save() fails with it.
 */
int record__add(struct record *record, enum record_kind kind, const char *path, const char *text,
		size_t len);
/* Add a file, or put this text in place of its own. The same returns. */
int record__set(struct record *record, const char *path, const char *text, size_t len);
/* Write all below dir, which is made if its parent is there. Returns 0 or a negative errno. */
int record__save(const struct record *record, const char *dir);

#endif
