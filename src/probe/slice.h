/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One CPU's slice of a path, as BPF wrote it, made a part of the path's histogram. */
#ifndef XT_PROBE_SLICE_H
#define XT_PROBE_SLICE_H

#include <stdbool.h>

#include "abi.h"
#include "model/hist.h"

/* Of many paths most have no event. */
bool slice__is_empty(const struct xt_hist *slice);
/* to += slice. Returns 0 or -ENOMEM. */
int slice__merge(struct hist *to, const struct xt_hist *slice);

#endif
