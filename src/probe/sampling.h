/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Of how many packets one is followed: as many as the budget allows at the rate that there is. */
#ifndef XT_PROBE_SAMPLING_H
#define XT_PROBE_SAMPLING_H

#include <stdint.h>

#include "probe/calibrate.h"
#include "probe/maps.h"

struct sampling {
	unsigned int fixed; /* 1 of so many, asked for; 0: by the rate */
	double packet_ns;   /* what following one costs */
	uint64_t packets;   /* sent, when last asked */
	uint64_t at_ns;
};

/* `every`: a power of two, or 0 for the budget. All packets are followed until the first tick. */
void sampling__start(struct sampling *sampling, const struct maps *maps, unsigned int cpus,
		     const struct calibration *calibration, unsigned int every);
/* Once a second or more: those queued from now on are sampled by the rate since the last tick. */
void sampling__tick(struct sampling *sampling, const struct maps *maps, unsigned int cpus);

#endif
