// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "evtchn.skel.h"
#include "probe/family.h"

static void *open_object(struct bpf_object **object, const struct layout *layout,
			 const struct features *features)
{
	struct evtchn_bpf *skel = evtchn_bpf__open();

	if (!skel)
		return NULL;
	(void)features;
	skel->rodata->cfg_upcall_path = layout->upcall;
	*object = skel->obj;
	return skel;
}

static void destroy(void *skeleton)
{
	evtchn_bpf__destroy(skeleton);
}

const struct family family_evtchn = { "evtchn", open_object, destroy, NULL };
