/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a recording holds, and how each struct of it is written. */
#ifndef XT_RECORDING_TABLES_H
#define XT_RECORDING_TABLES_H

#include "model/snapshot.h"
#include "platform/platform.h"
#include "recording/coding.h"

/* What is said once, before there is data. */
struct recording_header {
	struct run_info run;
	bool has_platform;
	struct platform platform;
	/* As the live run was asked to report: see struct report. */
	bool timestamps, verbose, per_vcpu;
	uint64_t slower_ns;
};

/* An interval's difference or a total. */
struct recording_part {
	unsigned int interval_no; /* as in struct report */
	struct snapshot snap;
};

extern const struct schema recording_header_schema;
extern const struct schema recording_part_schema;

#endif
