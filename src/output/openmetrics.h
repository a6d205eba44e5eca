/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A run as metrics: for a file (output_openmetrics, in format.h), and again and again while it goes
 * on, for who scrapes it. xentrace-bpf-export(8) says what each of them means.
 */
#ifndef XT_OUTPUT_OPENMETRICS_H
#define XT_OUTPUT_OPENMETRICS_H

#include "output/exposition.h"
#include "output/floor.h"
#include "output/format.h"

/* How they are written. */
struct metrics {
	const struct exposition_form *form; /* NULL: as text */
	void *state;			    /* the form's own */
	enum dialect dialect;
	/* The commit of what traced it; NULL: unknown. */
	const char *revision;
	uint64_t server_ns; /* CPU time of the process that serves them; 0: none does */
	/* Those of a while just past; NULL: those of the run. */
	const struct findings *findings;
	/*
	 * For who keeps the series of many guests: devices that are gone have none, CPU time by path
	 * has no buckets, and nor have the legs of more devices than METRICS_DEVICES.
	 */
	bool sparse;
	struct metrics_floor *floor; /* NULL: figures as they are */
};

#define METRICS_DEVICES 50 /* disks and NICs */

/* Returns 0 or -ENOMEM; it does not flush. */
int metrics__write(FILE *out, const struct report *report, const struct metrics *how);

#endif
