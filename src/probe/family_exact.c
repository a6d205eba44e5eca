// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "exact.skel.h"
#include "probe/family.h"

static void *open_object(struct bpf_object **object, const struct layout *layout,
			 const struct features *features)
{
	struct exact_bpf *skel = exact_bpf__open();

	if (!skel)
		return NULL;
	skel->rodata->cfg_other_path = layout->site;
	skel->rodata->cfg_cookies = features__cookies(features);
	*object = skel->obj;
	return skel;
}

static void destroy(void *skeleton)
{
	exact_bpf__destroy(skeleton);
}

static const char *const extras[] = { "xt_dispatch_kp", NULL };

const struct family family_exact = { "exact", open_object, destroy, extras };
