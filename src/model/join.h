/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Both ends of a ring: what the leg "backend" of a guest's blkfront and netfront consists of, by what
 * xen-blkback and xen-netback measured in dom0. Each side's times are its own clock's, so nothing has to
 * be aligned: both count the same requests. What the guest's leg has beyond dom0's parts is the notification of both ways, and the time
 * that a request lay in the ring before dom0's thread took it; of the first one after an event that is
 * dom0's part "wake". The leg begins when blkfront's function has returned, and dom0 may have been told
 * before: so what is left may be less than nothing. Pure.
 */
#ifndef XT_MODEL_JOIN_H
#define XT_MODEL_JOIN_H

#include "model/ledger.h"

/* Requests of one disk and operation, or frames sent by one NIC, of both ends. */
struct join_row {
	const struct wait_row *front, *rear; /* of the two ledgers */
	uint64_t rear_count;		     /* requests that dom0 has; front->count the guest's */
	/* means, ns a request: the guest's leg; what dom0 had it for before it was answered; what is left */
	double backend_ns, rear_ns, ring_ns;
	double storage_ns; /* of rear_ns: its leg "device", the block layer there and what is below */
	/*
	 * Counts are equal, or those that were under way at either end make the difference. Else requests of
	 * one side are not the other's: it was recorded for longer.
	 */
	bool exact;
};

/*
 * Frames that a NIC of the guest received. What they waited in dom0 is theirs; what they waited in the guest
 * is known of its polls, each of which takes several.
 */
struct join_received {
	const char *device;	      /* the guest's NIC: of its snapshot */
	uint64_t count;		      /* frames that the guest has; rear->count dom0's */
	const struct wait_row *polls; /* of the guest's ledger; NULL: none were seen */
	const struct wait_row *rear;
	bool exact; /* as a row's */
};

struct join {
	unsigned int domain;
	struct join_row *rows; /* of the guest's ledger, in its order */
	size_t nr_rows;
	struct join_received *received;
	size_t nr_received;
	size_t nr_alone; /* rows of the guest's devices of which dom0 has nothing */
};

struct join_input {
	const struct ledger *front, *rear;
	const struct platform *guest;
	const struct snapshot *snap; /* the guest's */
	unsigned int domain; /* 0: as the guest says it, or the only one that has its devices */
};

/*
 * Returns 0 and *join, to be freed with join__free(), -ENOMEM, -ENODEV where the guest has nothing of a
 * blkfront or netfront device whose number is known, -ENODATA where dom0 has nothing of a back end at all, -ENOENT
 * where it has nothing of that domain's devices, or -EEXIST where several domains may be meant.
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

/* The domain of a back end "vbd-3-51712" or "vif-3-0"; 0: it is no such name. */
unsigned int join__domain_of(const char *device);

#endif
