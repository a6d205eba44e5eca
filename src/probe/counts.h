/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel counts by itself, in files and not in our maps: since the run began. */
#ifndef XT_PROBE_COUNTS_H
#define XT_PROBE_COUNTS_H

#include "model/snapshot.h"
#include "platform/platform.h"

/* Counting begins now. What cannot be read is 0 from then on. */
void counts__start(const struct platform *platform);
/*
 * Of the disks and NICs that the snapshot has already: a few small files each. Returns 0 or -ENOMEM.
 */
int counts__read(struct snapshot *snap);

#endif
