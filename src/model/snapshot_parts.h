/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What differences and sums of snapshots share. */
#ifndef XT_MODEL_SNAPSHOT_PARTS_H
#define XT_MODEL_SNAPSHOT_PARTS_H

#include "model/snapshot.h"

/*
 * The same path in another reading of the run, or NULL. Both list their paths in the same order:
 * the search starts where the last one ended.
 */
const struct path *snapshot__find_path(const struct snapshot *snap, const struct path *path,
				       size_t *hint);

#endif
