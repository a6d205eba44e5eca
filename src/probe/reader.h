/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XT_PROBE_READER_H
#define XT_PROBE_READER_H

#include "probe/tracer_parts.h"

/*
 * Maps to plain data: slices summed over CPUs, requests in flight found by scanning their slots.
 * CPU time is tracer->last's. Returns 0 or -ENOMEM.
 */
int reader__read(const struct tracer *tracer, struct snapshot *snap);

#endif
