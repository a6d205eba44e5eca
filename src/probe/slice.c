// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/layout.h"

#include <errno.h>

_Static_assert(HIST_BUCKETS == XT_BUCKETS && HIST_SUB_BITS == XT_SUB_BITS, "buckets are alike");

bool slice__is_empty(const struct xt_hist *slice)
{
	/* the maximum is that of all events, and 0 only if each took 0 ns */
	return !slice->max && !slice->bucket[0].count && !slice->pending;
}

int slice__merge(struct hist *to, const struct xt_hist *slice)
{
	struct hist_bucket *sum;

	to->max = slice->max > to->max ? slice->max : to->max;
#define ADD(id, name) to->name += slice->name;
	HIST_COUNTERS(ADD)
#undef ADD
	for (unsigned int i = 0; i < XT_BUCKETS; i++) {
		struct xt_bucket now = slice->bucket[i];

		/* read while it grows: one of both may be there before the other */
		if (!now.count && !now.ns)
			continue;
		sum = hist__use(to, i);
		if (!sum)
			return -ENOMEM;
		sum->count += now.count;
		sum->ns += now.ns;
	}
	return 0;
}
