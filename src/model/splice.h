/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Intervals of one run, or of several that were recorded one after the other, put together to one
 * whole. What was not recorded between two of them is not time of the whole: its parts follow each
 * other on its own clock, so that rates and averages in flight are of what was measured. Pure.
 */
#ifndef XT_MODEL_SPLICE_H
#define XT_MODEL_SPLICE_H

#include "model/snapshot.h"

struct splice {
	struct snapshot sum;
	size_t nr;	   /* intervals in it */
	uint64_t run;	   /* of the first one */
	uint64_t wall_end; /* ns since the epoch: the end of the last one */
	uint64_t gaps;	   /* ns in between that nobody recorded, as far as the clocks say */
};

/*
 * The next interval, or the whole of several, of the run of that number. It is put onto the sum's
 * clock. Returns 0, -ENOMEM, or -EXDEV for one of another run that is about other disks, NICs,
 * channels or probes: the lists of the two cannot be added.
 */
int splice__add(struct splice *splice, struct snapshot *part, uint64_t run);
void splice__free(struct splice *splice);

/* Where an interval ends, ns since the epoch. */
static inline uint64_t snapshot__wall_end(const struct snapshot *snap)
{
	return snap->wall_start_ns + (snap->end_ns - snap->start_ns);
}

#endif
