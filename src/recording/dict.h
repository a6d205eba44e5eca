/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a recording says once and then calls by its number: 0, 1, ... in the order in which they
 * came. Each name is some bytes.
 */
#ifndef XT_RECORDING_DICT_H
#define XT_RECORDING_DICT_H

#include "recording/bytes.h"

struct dict;

/* Returns NULL without memory. */
struct dict *dict__new(void);
void dict__free(struct dict *dict);

/* The number of this name, which is added if it is new; sets *err to -ENOMEM without memory. */
uint64_t dict__number(struct dict *dict, const struct bytes *name, int *err);
size_t dict__count(const struct dict *dict);
/* Append those from the number `from` on, for dict__read(). */
void dict__write(const struct dict *dict, size_t from, struct bytes *out);

/*
 * Add the names that were written there. They stay where they are: `in` must outlive this.
 * Returns 0, -EBADMSG, -E2BIG or -ENOMEM.
 */
int dict__read(struct dict *dict, struct cursor in);
/* A name by its number: bad when there is none. */
struct cursor dict__at(const struct dict *dict, uint64_t number);
/* The same, for an element that it names; and how many names were used so, of all that there are. */
struct cursor dict__use(struct dict *dict, uint64_t number);
size_t dict__used(const struct dict *dict);

#endif
