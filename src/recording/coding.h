/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Structs as bytes and back, by a table of their fields: see model/schema.h.
 *
 * A struct is a list of its members that are not zero, each a varint of (id << 2 | form) and its
 * value, in the order of the table; the id 0 ends it where its length does not. A reader skips an
 * id that it does not know by its form, and a member that is not there reads as 0: old and new
 * versions read each other's. So an id is given once, and never again to another member.
 *
 * What never changes in the elements of a list, like the names of a path, is marked KEY in its
 * table. These members are put together once, into the recording's names, and then named by their
 * number.
 */
#ifndef XT_RECORDING_CODING_H
#define XT_RECORDING_CODING_H

#include "model/schema.h"
#include "recording/buckets.h"
#include "recording/bytes.h"

struct dict;

/* Writing; `dict` takes what is marked KEY in lists, `columns` the buckets of histograms. */
struct encoding {
	struct bytes *out;
	struct bytes columns[BUCKETS_COLUMNS];
	enum buckets_form form;
	struct dict *dict;
};

/* Append the members of *from. Memory that runs out shows in the err of e->out and of the columns. */
void coding__put(struct encoding *e, const struct schema *schema, const void *from);

/* Reading: names by number, and how much this may still take for lists. */
struct decoding {
	struct dict *dict;
	bool in_name;	/* the members that are read now are a name's */
	size_t unnamed; /* members marked KEY that were none's: no writer makes such */
	bool stays;	/* what is read now, as names and a header do: strings may point there */
	struct cursor columns[BUCKETS_COLUMNS];
	enum buckets_form form;
	size_t budget;	 /* bytes */
	size_t elements; /* of all lists: some of who reads them search one for each of another */
	int err;	 /* -ENOMEM; -E2BIG when a budget is spent; what makes no sense is in.bad */
};

/*
 * Read into *to, which is zero. Returns 0, -EBADMSG for what cannot be, -E2BIG or -ENOMEM; whatever
 * it returns, the caller frees the lists of *to with schema__free().
 */
int coding__get(struct decoding *d, struct cursor in, const struct schema *schema, void *to);

#endif
