/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XT_PROBE_SLOWEST_H
#define XT_PROBE_SLOWEST_H

#include "model/snapshot.h"
#include "probe/layout.h"
#include "probe/maps.h"

/* Keep only requests that take longer than `ns`; before tracing starts. */
void slowest__begin(const struct maps *maps, unsigned int cpus, uint64_t ns);

/* Merge the CPUs' into snap->slow, at most XT_SLOWEST. Returns 0 or -ENOMEM. */
int slowest__read(struct snapshot *snap, const struct maps *maps, const struct layout *layout);

#endif
