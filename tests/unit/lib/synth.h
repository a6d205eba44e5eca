/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Recordings of loads that never were: each request's legs are log-normal, as those of real disks
 * nearly are, and each interval is a few per cent faster or slower than the last, as hosts are.
 * The same seed gives the same recording.
 */
#ifndef XT_TESTS_SYNTH_H
#define XT_TESTS_SYNTH_H

#include "recordings.h"

struct synth_disk {
	const char *name;
	bool emulated;	      /* by AHCI; else blkfront's */
	double reads, writes; /* a second */
	const char *slower;   /* this leg takes `factor` times as long; NULL: none does */
	double factor;
	const char *same_as, *mounts;
	uint64_t sectors;
};

struct synth {
	const struct synth_disk *disks;
	size_t nr_disks;
	unsigned int vcpus, intervals; /* of 1 s */
	double noise;		       /* sigma of an interval's speed, as a share */
	double memory;		       /* how much of it the next interval keeps, 0 to 1 */
	double late_ns;		       /* how late timers are; 0: it is not seen */
	unsigned int every; /* of requests and hypercalls 1 of so many is followed; 0: all */
	uint64_t seed;
};

/* With its total; the caller frees the blob's data. */
struct blob synth__record(const struct synth *synth);

#endif
