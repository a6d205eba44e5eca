// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/hypercalls.h"
#include "output/json_parts.h"

json_t *json__exact(const struct report *report, size_t i)
{
	struct exact_name names[EXACT_NAMES];
	json_t *obj = json_object();
	int err = 0;

	exact__names(names, EXACT_NAMES, report->snap);
	err |= put__str(obj, "hypercall", names[i].name);
	err |= put__int(obj, "sites", names[i].sites);
	err |= put__int(obj, "attached", names[i].attached);
	err |= put__bool(obj, "complete", names[i].complete);
	return json__done(obj, err);
}
