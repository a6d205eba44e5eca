/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tracer's inside, for the files of this room only. */
#ifndef XT_PROBE_TRACER_PARTS_H
#define XT_PROBE_TRACER_PARTS_H

#include "probe/calibrate.h"
#include "probe/cputime.h"
#include "probe/load.h"
#include "probe/sampling.h"
#include "probe/sites.h"
#include "probe/tracer.h"

struct tracer {
	const struct platform *platform;
	struct features *features;
	struct sites sites; /* --exact; else none */
	struct layout *layout;
	struct maps *maps;
	struct loader loader;
	struct loaded loaded[FAMILIES]; /* core first */
	struct calibration calibration;
	uint64_t start_ns, wall_start_ns;
	uint64_t user_start_ns; /* this process's CPU time at the start */
	struct cputime cputime;
	char drop_reasons[XT_DROP_REASONS][DROP_REASON];
	struct sampling sampling; /* of packets */
	unsigned int every;	  /* 1 of so many packets, if that was asked for */
	struct bus_events *bus;	  /* at the start */
	size_t nr_bus;
	uint64_t disks_done; /* by the kernel's count, at the start */
	bool stopped;
	uint64_t reading_ns; /* what the shortest reading of everything took */
};

#endif
