/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Both ends of a ring: what blkfront's leg "backend" of a guest consists of, by what xen-blkback measured
 * in dom0. Each side's times are its own clock's, so nothing has to be aligned: both count the same
 * requests. What the guest's leg has beyond dom0's parts is the notification of both ways, and the time
 * that a request lay in the ring before dom0's thread took it; of the first one after an event that is
 * dom0's part "wake". The leg begins when blkfront's function has returned, and dom0 may have been told
 * before: so what is left may be less than nothing. Pure.
 */
#ifndef XT_MODEL_JOIN_H
#define XT_MODEL_JOIN_H

#include "model/ledger.h"

/* Requests of one disk and operation, of both ends. */
struct join_row {
	const struct wait_row *front, *rear; /* of the two ledgers */
	uint64_t rear_count;		     /* requests that dom0 has; front->count the guest's */
	/* means, ns a request: the guest's leg; what dom0 had it for; what is left */
	double backend_ns, rear_ns, ring_ns;
	double storage_ns; /* of rear_ns: its leg "device", the block layer there and what is below */
	/*
	 * Counts are equal, or those that were under way at either end make the difference. Else requests of
	 * one side are not the other's: it was recorded for longer.
	 */
	bool exact;
};

struct join {
	unsigned int domain;
	struct join_row *rows; /* of the guest's ledger, in its order */
	size_t nr_rows;
	size_t nr_alone; /* rows of the guest's blkfront disks of which dom0 has no requests */
};

struct join_input {
	const struct ledger *front, *rear;
	const struct platform *guest;
	unsigned int domain; /* 0: as the guest says it, or the only one that has its disks */
};

/*
 * Returns 0 and *join, to be freed with join__free(), -ENOMEM, -ENODEV where the guest has no requests of a
 * blkfront disk whose number is known, -ENODATA where dom0 has none of xen-blkback at all, -ENOENT where it has
 * none of that domain's disks, or -EEXIST where several domains may be meant.
 */
int join__build(struct join *join, const struct join_input *input);
void join__free(struct join *join);

/*
 * The guest's run with dom0's parts in place of the leg "backend", each with the histogram that dom0 has
 * of it, and "ring" as what is left: all as long as its mean. Rows that are not exact stay as they are, and
 * those of which requests were only counted, or where nothing is left.
 * Returns 0 and *out, to be freed with snapshot__free(), or -ENOMEM.
 */
int join__divide(const struct join *join, const struct snapshot *front, const struct snapshot *rear,
		 struct snapshot *out);

/* The domain of xen-blkback's device "vbd-3-51712"; 0: it is no such name. */
unsigned int join__domain_of(const char *device);

#endif
