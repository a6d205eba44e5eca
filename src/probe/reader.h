/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps, read into a snapshot: what all families have here, what one has by itself there. */
#ifndef XT_PROBE_READER_H
#define XT_PROBE_READER_H

#include "probe/tracer_parts.h"

/*
 * Maps to plain data: slices summed over CPUs, requests in flight found by scanning their slots.
 * CPU time is tracer->last's. Returns 0 or -ENOMEM.
 */
int reader__read(const struct tracer *tracer, struct snapshot *snap);

/* For the families: a loss over all CPUs; a path's name, with what was learned since the start. */
uint64_t reader__sum_loss(const struct tracer *tracer, enum xt_loss loss);
void reader__rename(const struct tracer *tracer, uint32_t path, struct path_key *key);

#endif
