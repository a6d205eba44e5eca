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
 *
 * The buckets of histograms are columns of varints: numbers of one kind beside each other, which
 * zlib packs better than one histogram after the other. Of each histogram, in this order:
 *
 *	index	how many buckets are in use; then of each, from fast to slow, how far its index is
 *		from the one before, and that of the first from 0
 *	count	of each bucket
 *	time	of each bucket in a total, of all of them together in an interval: the distance
 *		(zigzag) from the middle of what that many events of these buckets take
 *	max	the distance (zigzag) of the maximum from the last bucket's lower bound
 *
 * A single bucket's time is to the nanosecond and nothing predicts it: of a busy hour such times
 * would be two thirds of all intervals. Nobody looks at them there, so intervals have their sum
 * alone, which is exact.
 */
#ifndef XT_RECORDING_CODING_H
#define XT_RECORDING_CODING_H

#include "model/hist.h"
#include "model/schema.h"
#include "recording/bytes.h"

enum buckets_form {
	BUCKETS_TIMED,	/* with the time of each: a total's */
	BUCKETS_SUMMED, /* with that of all together: an interval's */
};

enum buckets_column { BUCKETS_INDEX, BUCKETS_COUNT, BUCKETS_TIME, BUCKETS_MAX, BUCKETS_COLUMNS };

bool buckets__empty(const struct hist *h);
/* What buckets__get() takes off the budget for it. */
size_t buckets__bytes(const struct hist *h);
void buckets__put(struct bytes columns[BUCKETS_COLUMNS], const struct hist *h,
		  enum buckets_form form);
/*
 * The next one, into an empty histogram; a column is marked bad if there is none. What was summed
 * comes back with that sum as the time of its first bucket. The memory for it is taken off *budget,
 * in bytes. Returns 0, -E2BIG when that is spent, or -ENOMEM.
 */
int buckets__get(struct cursor columns[BUCKETS_COLUMNS], struct hist *h, enum buckets_form form,
		 size_t *budget);

/*
 * A histogram that is the sum of intervals' has one time for all buckets: distribute it. Each
 * bucket gets the least that its events can take, and its part of what is left, by its count and
 * width. The parts add up to the whole. Where no times can, since the last reading was torn, they
 * stay as they are.
 */
void buckets__share(struct hist *h);

/* Writing; `dict` takes what is marked KEY in lists, `columns` the buckets of histograms. */
struct encoding {
	struct bytes *out;
	struct bytes columns[BUCKETS_COLUMNS];
	enum buckets_form form;
	struct dict *dict;
};

/* Append the members of *from. Without memory the err of e->out or of a column says so. */
void coding__put(struct encoding *e, const struct schema *schema, const void *from);

/* Reading: names by number, and how much this may still take for lists. */
struct decoding {
	struct dict *dict;
	bool in_name;	/* the members that are read now are a name's */
	size_t unnamed; /* members marked KEY that were in no name: no writer makes such */
	bool stays;	/* the memory that is read now, a name's or header's: strings point there */
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
