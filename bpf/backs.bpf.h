/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which slot a guest's device has; see backs.h. */
#ifndef XT_BACKS_BPF_H
#define XT_BACKS_BPF_H

#include "cpu.bpf.h"

/* `backs` is the family's table of devices. 0: the loader does not know this one. */
static __always_inline __u32 back_slot(void *backs, __u32 key)
{
	const struct xt_back *back;
	__u32 at, i;

#pragma unroll
	for (i = 0; i < XT_BACK_PROBES; i++) {
		at = (xt_back_hash(key) + i) & ((1u << XT_BACK_BITS) - 1);
		back = bpf_map_lookup_elem(backs, &at);
		if (!back || !back->key)
			return 0;
		if (back->key == key)
			return back->slot;
	}
	return 0;
}

#endif
