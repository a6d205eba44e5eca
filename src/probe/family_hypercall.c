// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "hypercall.skel.h"
#include "probe/family.h"

static void *open_object(struct bpf_object **object, const struct layout *layout,
			 const struct features *features)
{
	struct hypercall_bpf *skel = hypercall_bpf__open();

	if (!skel)
		return NULL;
	(void)features;
	skel->rodata->cfg_wrapper_base = layout->wrapper;
	skel->rodata->cfg_clockevent_path = layout->clockevent;
	skel->rodata->cfg_segment_base_path = layout->segment_base;
	skel->rodata->cfg_mc_base = layout->mc;
	*object = skel->obj;
	return skel;
}

static void destroy(void *skeleton)
{
	hypercall_bpf__destroy(skeleton);
}

const struct family family_hypercall = { "hypercall", open_object, destroy, NULL };
