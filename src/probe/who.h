/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The loader's half of bpf/who.h: what of family blk is about the owners of requests. */
#ifndef XT_PROBE_WHO_H
#define XT_PROBE_WHO_H

#include "probe/family.h"

/*
 * Say in *config what the programs are to do; and make the maps, where owners are asked for: where not,
 * there are none.
 */
void who__place(struct layout *layout, struct xt_who_config *config);
/* Look whether the cgroup that is asked for is there, and is the same. */
void who__tick(void);
/* Returns 0 or -ENOMEM. */
int who__read(const struct layout *layout, struct snapshot *snap);

#endif
